import type { LoweringTable } from './lowering.js';

export const layoutLowering: LoweringTable<
  'reshape' | 'transpose' | 'broadcastTo' | 'slice' | 'concat' | 'pad'
> = {
  reshape: ({ inputs: [x], attributes: { shape }, output }, emit) => {
    // allowzero: an extent of 0 means 0, not "as in the input".
    emit.node('Reshape', [emit.name(x), emit.int64s(shape)], shape.includes(0) ? { allowzero: 1 } : {}, {
      output,
    });
  },
  transpose: ({ inputs: [x], attributes: { permutation }, output }, emit) => {
    emit.node('Transpose', [emit.name(x)], { perm: { ints: permutation } }, { output });
  },
  broadcastTo: ({ inputs: [x], attributes: { shape }, output }, emit) => {
    emit.node('Expand', [emit.name(x), emit.int64s(shape)], {}, { output });
  },
  slice: ({ inputs: [x], attributes: { axis, start, end }, output }, emit) => {
    emit.node(
      'Slice',
      [emit.name(x), emit.int64s([start]), emit.int64s([end]), emit.int64s([axis])],
      {},
      { output },
    );
  },
  concat: ({ inputs, attributes: { axis }, output }, emit) => {
    emit.node(
      'Concat',
      inputs.map((input) => emit.name(input)),
      { axis },
      { output },
    );
  },
  pad: ({ inputs: [x], attributes: { axis, before, after, value }, output }, emit) => {
    const rank = x.shape.length;
    const amounts = new Array<number>(2 * rank).fill(0);
    amounts[axis] = before;
    amounts[rank + axis] = after;
    emit.node('Pad', [emit.name(x), emit.int64s(amounts), emit.scalar(value, x.dtype)], {}, { output });
  },
};
