import { GraphError } from '../graph/graph-error.js';
import {
  broadcastShapes,
  formatShape,
  normalizeAxis,
  sameShape,
  sizeOf,
  type Shape,
} from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { apply, type OpDefinition } from './definition.js';
import { sumToShape } from './sum-to-shape.js';

export const reshapeDefinition: OpDefinition<'reshape'> = {
  op: 'reshape',
  infer([x], { shape }) {
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw new GraphError(`reshape: ${formatShape(x.shape)} does not fill ${formatShape(shape)}`);
    }
    return { shape, dtype: x.dtype };
  },
  gradient: ({ inputs: [x] }, grad) => [() => reshape(grad, x.shape)],
};

export const transposeDefinition: OpDefinition<'transpose'> = {
  op: 'transpose',
  infer: ([x], { permutation }) => ({ shape: permutation.map((axis) => x.shape[axis]), dtype: x.dtype }),
  gradient: ({ attributes: { permutation } }, grad) => [
    () =>
      transpose(
        grad,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  ],
};

export const broadcastToDefinition: OpDefinition<'broadcastTo'> = {
  op: 'broadcastTo',
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes(x.shape, shape, 'broadcastTo'), shape)) {
      throw new GraphError(`broadcastTo: ${formatShape(x.shape)} does not stretch to ${formatShape(shape)}`);
    }
    return { shape, dtype: x.dtype };
  },
  gradient: ({ inputs: [x] }, grad) => [() => sumToShape(grad, x.shape)],
};

/** The same elements under another shape; one extent may be -1. The tensor itself if the shape does not change. */
export function reshape(a: Tensor, shape: Shape): Tensor {
  const unknown = shape.indexOf(-1);
  let extents = shape;
  if (unknown >= 0) {
    const known = sizeOf(shape.filter((_, axis) => axis !== unknown));
    const extent = sizeOf(a.shape) / known;
    if (shape.indexOf(-1, unknown + 1) >= 0 || !Number.isInteger(extent)) {
      throw new GraphError(`reshape: cannot infer -1 in ${formatShape(shape)} from ${formatShape(a.shape)}`);
    }
    extents = shape.map((given, axis) => (axis === unknown ? extent : given));
  }
  return sameShape(a.shape, extents) ? a : apply(reshapeDefinition, [a], { shape: extents });
}

/** Output axis i is input axis permutation[i]. The tensor itself for the identity. */
export function transpose(a: Tensor, permutation: readonly number[]): Tensor {
  const axes = permutation.map((axis) => normalizeAxis(axis, a.shape.length, 'transpose'));
  if (axes.length !== a.shape.length || new Set(axes).size !== axes.length) {
    throw new GraphError(
      `transpose: [${permutation.join(', ')}] is no permutation of ${a.shape.length} axes`,
    );
  }
  return axes.every((axis, at) => axis === at) ? a : apply(transposeDefinition, [a], { permutation: axes });
}

/** Repeats extents of 1 (and missing leading axes) up to `shape`. The tensor itself if the shape does not change. */
export function broadcastTo(a: Tensor, shape: Shape): Tensor {
  return sameShape(a.shape, shape) ? a : apply(broadcastToDefinition, [a], { shape: [...shape] });
}
