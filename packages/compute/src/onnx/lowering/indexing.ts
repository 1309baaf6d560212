import { sizeOf } from '../../graph/shape.js';
import { onnxDataType } from '../model-builder.js';
import type { LoweringTable } from './lowering.js';

export const indexingLowering: LoweringTable<'gather' | 'scatterAdd' | 'oneHot' | 'takeLast'> = {
  gather: ({ inputs: [table, indices], output }, emit) => {
    emit.node('Gather', [emit.name(table), emit.name(indices)], { axis: 0 }, { output });
  },
  scatterAdd: ({ inputs: [updates, indices], output }, emit) => {
    const count = sizeOf(indices.shape);
    const zeros = emit.node('Expand', [emit.scalar(0, updates.dtype), emit.int64s(output.shape)]);
    const wide = emit.node('Cast', [emit.name(indices)], { to: onnxDataType.int64 });
    const where = emit.node('Reshape', [wide, emit.int64s([count, 1])]);
    const flat = emit.node('Reshape', [emit.name(updates), emit.int64s([count, ...output.shape.slice(1)])]);
    emit.node('ScatterND', [zeros, where, flat], { reduction: { string: 'add' } }, { output });
  },
  oneHot: ({ inputs: [indices], attributes: { depth, dtype }, output }, emit) => {
    // Compared with a range instead of OneHot, which wraps negative indices around.
    const range = emit.constant(
      Array.from({ length: depth }, (_, index) => index),
      [depth],
      'int32',
    );
    const column = emit.node('Unsqueeze', [emit.name(indices), emit.int64s([-1])]);
    const hit = emit.node('Equal', [column, range]);
    emit.node('Cast', [hit], { to: onnxDataType[dtype] }, { output });
  },
  takeLast: ({ inputs: [x, indices], output }, emit) => {
    const column = emit.node('Unsqueeze', [emit.name(indices), emit.int64s([-1])]);
    const taken = emit.node('GatherElements', [emit.name(x), column], { axis: -1 });
    emit.node('Squeeze', [taken, emit.int64s([-1])], {}, { output });
  },
};
