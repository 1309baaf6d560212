import { GraphError } from '../graph/graph-error.js';
import { normalizeAxes, sizeOf, type Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { div, mul } from './arithmetic.js';
import type { ReductionAttributes } from './attributes.js';
import { cast } from './cast.js';
import { equal } from './comparison.js';
import { apply, lastExtent, type OpDefinition } from './definition.js';
import { broadcastTo, reshape } from './layout.js';

type ReductionOp = 'sum' | 'mean' | 'max';

function reduction<K extends ReductionOp>(
  op: K,
  product: (x: Tensor, axes: readonly number[], output: Tensor, grad: Tensor) => Tensor,
): OpDefinition<K> {
  return {
    op,
    infer: ([x], { axes, keepDims }: ReductionAttributes) => ({
      shape: keepDims ? keptShape(x.shape, axes) : x.shape.filter((_, axis) => !axes.includes(axis)),
      dtype: x.dtype,
    }),
    gradient: ({ inputs: [x], attributes, output }, grad) => {
      const { axes } = attributes as ReductionAttributes;
      const kept = keptShape(x.shape, axes);
      return [() => product(x, axes, reshape(output, kept), reshape(grad, kept))];
    },
  };
}

function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
}

export const sumDefinition = reduction('sum', (x, _axes, _output, grad) => broadcastTo(grad, x.shape));

export const meanDefinition = reduction('mean', (x, axes, _output, grad) =>
  broadcastTo(div(grad, sizeOf(axes.map((axis) => x.shape[axis]))), x.shape),
);

/** Equal maxima share the gradient evenly. */
export const maxDefinition = reduction('max', (x, axes, output, grad) => {
  const hits = cast(equal(x, output), x.dtype);
  return mul(hits, div(grad, sum(hits, axes, true)));
});

export const argmaxDefinition: OpDefinition<'argmax'> = {
  op: 'argmax',
  infer([x]) {
    lastExtent('argmax', x);
    return { shape: x.shape.slice(0, -1), dtype: 'int32' };
  },
};

/** Sum over the axes (all of them if not given). */
export function sum(a: Tensor, axes?: readonly number[], keepDims = false): Tensor {
  return apply(sumDefinition, [a], reductionAttributes('sum', a, axes, keepDims));
}

/** Arithmetic mean over the axes (all of them if not given). */
export function mean(a: Tensor, axes?: readonly number[], keepDims = false): Tensor {
  return apply(meanDefinition, [a], reductionAttributes('mean', a, axes, keepDims));
}

/** Maximum over the axes (all of them if not given). */
export function max(a: Tensor, axes?: readonly number[], keepDims = false): Tensor {
  return apply(maxDefinition, [a], reductionAttributes('max', a, axes, keepDims));
}

/** Index (int32) of the first maximum along the last axis. */
export function argmax(a: Tensor): Tensor {
  return apply(argmaxDefinition, [a], {});
}

function reductionAttributes(
  op: ReductionOp,
  a: Tensor,
  axes: readonly number[] | undefined,
  keepDims: boolean,
): ReductionAttributes {
  const normal = normalizeAxes(axes ?? a.shape.map((_, axis) => axis), a.shape.length, op);
  if (op !== 'sum' && normal.some((axis) => a.shape[axis] === 0)) {
    throw new GraphError(`${op}: an axis of extent 0 has no ${op}`);
  }
  return { axes: normal, keepDims };
}
