import { GraphError } from '../graph/graph-error.js';
import { broadcastShapes, formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { apply, commonDType, expectShape, type OpDefinition } from './definition.js';
import { reshape } from './layout.js';
import { sum } from './reduction.js';
import { sumToShape } from './sum-to-shape.js';

export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

export const matmulDefinition: OpDefinition<'matmul'> = {
  op: 'matmul',
  infer([a, b], { transposeA, transposeB }) {
    if (a.shape.length < 2 || b.shape.length < 2) {
      throw new GraphError(
        `matmul: needs rank >= 2, got ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      );
    }
    const [rows, inner] = transposeA ? [a.shape.at(-1), a.shape.at(-2)] : [a.shape.at(-2), a.shape.at(-1)];
    const [depth, columns] = transposeB ? [b.shape.at(-1), b.shape.at(-2)] : [b.shape.at(-2), b.shape.at(-1)];
    if (inner !== depth) {
      throw new GraphError(
        `matmul: inner extents of ${formatShape(a.shape)}${transposeA ? 'ᵀ' : ''} and ` +
          `${formatShape(b.shape)}${transposeB ? 'ᵀ' : ''} differ (${inner} and ${depth})`,
      );
    }
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul');
    return { shape: [...batch, rows as number, columns as number], dtype: commonDType('matmul', [a, b]) };
  },
  gradient: ({ inputs: [a, b], attributes: { transposeA, transposeB } }, grad) => [
    () =>
      sumToShape(
        transposeA
          ? matmul(b, grad, { transposeA: transposeB, transposeB: true })
          : matmul(grad, b, { transposeB: !transposeB }),
        a.shape,
      ),
    () =>
      sumToShape(
        transposeB
          ? matmul(grad, a, { transposeA: true, transposeB: transposeA })
          : matmul(a, grad, { transposeA: !transposeA }),
        b.shape,
      ),
  ],
};

export const linearDefinition: OpDefinition<'linear'> = {
  op: 'linear',
  infer(inputs) {
    const [x, weight, bias] = inputs;
    if (x.shape.length !== 2 || weight.shape.length !== 2 || x.shape[1] !== weight.shape[1]) {
      throw new GraphError(
        `linear: x ${formatShape(x.shape)} and weight ${formatShape(weight.shape)} must be [rows, in] and [out, in]`,
      );
    }
    if (bias) expectShape('linear', bias, [weight.shape[0]], 'the bias');
    return { shape: [x.shape[0], weight.shape[0]], dtype: commonDType('linear', inputs) };
  },
  gradient: ({ inputs: [x, weight, bias] }, grad) => [
    () => matmul(grad, weight),
    () => matmul(grad, x, { transposeA: true }),
    ...(bias ? [() => sum(grad, [0])] : []),
  ],
};

/**
 * Matrix product of the last two axes; leading axes broadcast. `transposeA` / `transposeB` swap the last two axes of
 * an operand first. A batch times one matrix is computed as one product.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const attributes = { transposeA: options.transposeA ?? false, transposeB: options.transposeB ?? false };
  if (b.shape.length === 2 && a.shape.length > 2 && !attributes.transposeA) {
    const product = apply(matmulDefinition, [reshape(a, [-1, a.shape[a.shape.length - 1]]), b], attributes);
    return reshape(product, [...a.shape.slice(0, -1), product.shape[1]]);
  }
  return apply(matmulDefinition, [a, b], attributes);
}

/** x Wᵀ + bias for x [..., in], weight [out, in] (the layout of torch.nn.Linear) and bias [out]; gives [..., out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const width = x.shape.at(-1);
  if (width === undefined) throw new GraphError('linear: x must have at least one axis');
  const rows = reshape(x, x.shape.length === 2 ? x.shape : [-1, width]);
  const product = apply(linearDefinition, bias ? [rows, weight, bias] : [rows, weight], {});
  return reshape(product, [...x.shape.slice(0, -1), product.shape[1]]);
}
