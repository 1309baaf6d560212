import type { DType } from '../../graph/dtype.js';
import { sizeOf } from '../../graph/shape.js';
import { errorFunction } from './error-function.js';
import { broadcastOffsets } from './iteration.js';
import type { Kernel, KernelTable } from './kernel.js';

function unary(
  of: (x: number) => number,
): (node: unknown, inputs: readonly { data: Float64Array }[]) => Float64Array {
  return (_node, [x]) => x.data.map(of);
}

function broadcasting(
  of: (...operands: number[]) => number,
): Kernel<
  'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum' | 'greater' | 'less' | 'equal' | 'where' | 'addN'
> {
  return ({ output }, inputs) => {
    const offsets = inputs.map(({ shape }) => broadcastOffsets(shape, output.shape));
    const result = new Float64Array(sizeOf(output.shape));
    for (let at = 0; at < result.length; at++) {
      result[at] = of(...inputs.map(({ data }, operand) => data[offsets[operand][at]]));
    }
    return result;
  };
}

function castValue(value: number, to: DType): number {
  if (to === 'bool') return value !== 0 ? 1 : 0;
  if (to === 'float32') return Math.fround(value);
  return to === 'int32' || to === 'int64' || to === 'uint8' ? Math.trunc(value) : value;
}

export const elementwiseKernels: KernelTable<
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'maximum'
  | 'minimum'
  | 'addN'
  | 'greater'
  | 'less'
  | 'equal'
  | 'where'
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'rsqrt'
  | 'sigmoid'
  | 'tanh'
  | 'erf'
  | 'sin'
  | 'cos'
  | 'abs'
  | 'relu'
  | 'gelu'
  | 'swish'
  | 'cast'
> = {
  add: broadcasting((a, b) => a + b),
  sub: broadcasting((a, b) => a - b),
  mul: broadcasting((a, b) => a * b),
  div: broadcasting((a, b) => a / b),
  maximum: broadcasting((a, b) => Math.max(a, b)),
  minimum: broadcasting((a, b) => Math.min(a, b)),
  addN: broadcasting((...operands) => operands.reduce((total, operand) => total + operand, 0)),
  greater: broadcasting((a, b) => (a > b ? 1 : 0)),
  less: broadcasting((a, b) => (a < b ? 1 : 0)),
  equal: broadcasting((a, b) => (a === b ? 1 : 0)),
  where: broadcasting((condition, a, b) => (condition !== 0 ? a : b)),
  neg: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  rsqrt: unary((x) => 1 / Math.sqrt(x)),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  tanh: unary(Math.tanh),
  erf: unary(errorFunction),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  abs: unary(Math.abs),
  relu: unary((x) => Math.max(x, 0)),
  gelu: ({ attributes: { approximate } }, [x]) =>
    x.data.map((value) =>
      approximate === 'none'
        ? 0.5 * value * (1 + errorFunction(value / Math.SQRT2))
        : 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3))),
    ),
  swish: ({ attributes: { scale } }, [x]) => x.data.map((value) => value / (1 + Math.exp(-scale * value))),
  // float32 graphs are computed in float64, so that a cast between floating dtypes rounds only where it narrows.
  cast: ({ attributes: { dtype } }, [x]) =>
    x.data.map((value) => castValue(value, x.dtype === 'float64' || dtype !== 'float32' ? dtype : 'float64')),
};
