import type { Tensor } from '../../graph/tensor.js';
import type { Emitter } from '../emitter.js';
import { contribDomain } from '../model-builder.js';
import { narrowProduct } from '../narrow-product.js';
import { productWeight } from '../widened-parameter.js';
import type { LoweringTable } from './lowering.js';

export const productLowering: LoweringTable<'matmul' | 'linear'> = {
  matmul: ({ inputs: [a, b], attributes: { transposeA, transposeB }, output }, emit) => {
    if (!transposeA && narrowProduct({ x: a, weight: b, transposed: transposeB, output }, emit)) return;
    const operands = [emit.name(a), productWeight(b, a, emit)];
    if (!transposeA && !transposeB) {
      emit.node('MatMul', operands, {}, { output });
    } else if (a.shape.length === 2 && b.shape.length === 2) {
      emit.node('Gemm', operands, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }, { output });
    } else if (output.dtype === 'float32') {
      const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
      emit.node('FusedMatMul', operands, attributes, { output, domain: contribDomain });
    } else {
      const swapped = [
        transposeA ? swapLast(a, emit) : operands[0],
        transposeB ? swapLast(b, emit) : operands[1],
      ];
      emit.node('MatMul', swapped, {}, { output });
    }
  },
  linear: ({ inputs, output }, emit) => {
    const [x, weight, ...bias] = inputs;
    if (narrowProduct({ x, weight, bias: bias[0], transposed: true, output }, emit)) return;
    const operands = [emit.name(x), productWeight(weight, x, emit), ...bias.map((each) => emit.name(each))];
    emit.node('Gemm', operands, { transB: 1 }, { output });
  },
};

function swapLast(tensor: Tensor, emit: Emitter): string {
  const rank = tensor.shape.length;
  const permutation = tensor.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return emit.node('Transpose', [emit.name(tensor)], { perm: { ints: permutation } });
}
