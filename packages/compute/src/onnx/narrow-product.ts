import type { Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Emitter } from './emitter.js';
import { onnxDataType } from './model-builder.js';
import { narrowParameter } from './widened-parameter.js';

/** Divisor of rows that hold nothing but zeros; far below what a row of a network holds, far above the smallest float32. */
const smallestScale = 2 ** -100;

/** x W, or x Wᵀ where `transposed`, plus a bias. */
export interface Product {
  x: Tensor;
  weight: Tensor;
  bias?: Tensor;
  transposed: boolean;
  output: Tensor;
}

/**
 * Writes a product with a weight that is stored in half precision as a product of float16 values, if the engine computes in
 * it. Only the product is narrow: each row of x is divided by its largest magnitude before it is narrowed, and the result
 * multiplied by it after it is widened, so that neither small gradients vanish (float16 ends at 6e-8) nor large
 * activations overflow (at 65504). That is loss scaling, made for each row and step; it cannot be set wrongly.
 * @returns whether it did
 */
export function narrowProduct({ x, weight, bias, transposed, output }: Product, emit: Emitter): boolean {
  const parameter = emit.narrowProducts ? narrowParameter(weight) : undefined;
  if (parameter === undefined || x.shape.length !== 2 || weight.shape.length !== 2) return false;
  const magnitudes = emit.node('Abs', [emit.name(x)]);
  const largest = emit.node('ReduceMax', [magnitudes, emit.int64s([1])], { keepdims: 1 });
  const scale = emit.node('Max', [largest, emit.scalar(smallestScale, x.dtype)]);
  const toHalf = { to: onnxDataType.float16 };
  const narrow = emit.node('Cast', [emit.node('Div', [emit.name(x), scale])], toHalf);
  const operands = [
    held(narrow, x.shape, emit),
    parameter.dtype === 'float16' ? emit.name(parameter) : emit.node('Cast', [emit.name(parameter)], toHalf),
  ];
  const product = transposed ? emit.node('Gemm', operands, { transB: 1 }) : emit.node('MatMul', operands);
  const wide = emit.node('Cast', [held(product, output.shape, emit)], { to: onnxDataType[output.dtype] });
  if (bias === undefined) emit.node('Mul', [wide, scale], {}, { output });
  else emit.node('Add', [emit.node('Mul', [wide, scale]), emit.name(bias)], {}, { output });
  return true;
}

/**
 * The same float16 value behind a reshape, which costs nothing. ONNX Runtime's CPU provider has no float16 products: it widens
 * around them, and takes out a narrowing that a widening follows. With this between, it rounds as a GPU does.
 */
function held(value: string, shape: Shape, emit: Emitter): string {
  return emit.node('Reshape', [value, emit.int64s(shape)]);
}
