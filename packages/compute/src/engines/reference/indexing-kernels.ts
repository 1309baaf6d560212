import { EngineError } from '@sea-align/core';
import { sizeOf } from '../../graph/shape.js';
import type { KernelTable } from './kernel.js';

export const indexingKernels: KernelTable<'gather' | 'scatterAdd' | 'oneHot' | 'takeLast'> = {
  gather: ({ output }, [table, indices]) => {
    const width = sizeOf(table.shape.slice(1));
    const result = new Float64Array(sizeOf(output.shape));
    indices.data.forEach((index, at) => {
      checkIndex('gather', index, table.shape[0]);
      result.set(table.data.subarray(index * width, (index + 1) * width), at * width);
    });
    return result;
  },
  scatterAdd: ({ attributes: { rows }, output }, [updates, indices]) => {
    const width = sizeOf(output.shape.slice(1));
    const result = new Float64Array(sizeOf(output.shape));
    indices.data.forEach((index, at) => {
      checkIndex('scatterAdd', index, rows);
      for (let k = 0; k < width; k++) result[index * width + k] += updates.data[at * width + k];
    });
    return result;
  },
  oneHot: ({ attributes: { depth }, output }, [indices]) => {
    const result = new Float64Array(sizeOf(output.shape));
    indices.data.forEach((index, at) => {
      if (index >= 0 && index < depth) result[at * depth + index] = 1;
    });
    return result;
  },
  takeLast: (_node, [x, indices]) => {
    const width = x.shape[x.shape.length - 1];
    return indices.data.map((index, row) => {
      checkIndex('takeLast', index, width);
      return x.data[row * width + index];
    });
  },
};

function checkIndex(op: string, index: number, extent: number): void {
  if (index < 0 || index >= extent)
    throw new EngineError(`${op}: index ${index} is outside 0..${extent - 1}`);
}
