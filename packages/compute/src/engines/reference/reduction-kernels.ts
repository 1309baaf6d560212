import { sizeOf, stridesOf } from '../../graph/shape.js';
import { stridedOffsets } from './iteration.js';
import type { Kernel, KernelTable } from './kernel.js';

function reduction(of: (values: Float64Array) => number): Kernel<'sum' | 'mean' | 'max'> {
  return ({ attributes: { axes } }, [x]) => {
    const strides = stridesOf(x.shape);
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const pick = (list: readonly number[], chosen: readonly number[]) => chosen.map((axis) => list[axis]);
    const starts = stridedOffsets(pick(x.shape, kept), pick(strides, kept));
    const inner = stridedOffsets(pick(x.shape, axes), pick(strides, axes));
    return Float64Array.from(starts, (start) =>
      of(Float64Array.from(inner, (offset) => x.data[start + offset])),
    );
  };
}

function alongRows(
  of: (row: Float64Array) => Float64Array,
): (node: unknown, inputs: readonly { data: Float64Array; shape: readonly number[] }[]) => Float64Array {
  return (_node, [x]) => {
    const width = x.shape[x.shape.length - 1];
    const result = new Float64Array(sizeOf(x.shape));
    for (let start = 0; start < result.length; start += width)
      result.set(of(x.data.subarray(start, start + width)), start);
    return result;
  };
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
const largest = (values: Float64Array) => values.reduce((best, value) => Math.max(best, value), -Infinity);

export const reductionKernels: KernelTable<'sum' | 'mean' | 'max' | 'argmax' | 'softmax' | 'logSoftmax'> = {
  sum: reduction(total),
  mean: reduction((values) => total(values) / values.length),
  max: reduction(largest),
  argmax: (_node, [x]) => {
    const width = x.shape[x.shape.length - 1];
    return Float64Array.from({ length: x.data.length / width }, (_, row) => {
      const values = x.data.subarray(row * width, (row + 1) * width);
      return values.indexOf(largest(values));
    });
  },
  softmax: alongRows((row) => {
    const top = largest(row);
    const powers = row.map((value) => Math.exp(value - top));
    const sum = total(powers);
    return powers.map((power) => power / sum);
  }),
  logSoftmax: alongRows((row) => {
    const top = largest(row);
    const logSum = Math.log(total(row.map((value) => Math.exp(value - top))));
    return row.map((value) => value - top - logSum);
  }),
};
