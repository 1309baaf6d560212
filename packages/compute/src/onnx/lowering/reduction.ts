import { onnxDataType } from '../model-builder.js';
import type { Lowering, LoweringTable } from './lowering.js';

function reduce<K extends 'sum' | 'mean' | 'max'>(type: string): Lowering<K> {
  return ({ inputs: [x], attributes: { axes, keepDims }, output }, emit) => {
    // Without axes ONNX reduces all of them; a reduction over none is the identity.
    const attributes = { keepdims: keepDims ? 1 : 0, noop_with_empty_axes: axes.length === 0 ? 1 : 0 };
    emit.node(type, [emit.name(x), emit.int64s(axes)], attributes, { output });
  };
}

export const reductionLowering: LoweringTable<'sum' | 'mean' | 'max' | 'argmax' | 'softmax' | 'logSoftmax'> =
  {
    sum: reduce('ReduceSum'),
    mean: reduce('ReduceMean'),
    max: reduce('ReduceMax'),
    argmax: ({ inputs: [x], output }, emit) => {
      const index = emit.node('ArgMax', [emit.name(x)], { axis: -1, keepdims: 0 });
      emit.node('Cast', [index], { to: onnxDataType.int32 }, { output });
    },
    softmax: ({ inputs: [x], output }, emit) => {
      emit.node('Softmax', [emit.name(x)], { axis: -1 }, { output });
    },
    logSoftmax: ({ inputs: [x], output }, emit) => {
      emit.node('LogSoftmax', [emit.name(x)], { axis: -1 }, { output });
    },
  };
