import { sizeOf, type Shape } from '../../graph/shape.js';
import type { TfTensor, Tfjs } from './tfjs.js';

/**
 * A permutation with as few axes as possible: extents of 1 do not matter, and axes that stay neighbours move as one.
 * TensorFlow.js permutes element by element with an index vector, so fewer axes is faster, and some backends stop at six.
 */
export function mergeAxes(
  shape: Shape,
  permutation: readonly number[],
): { shape: number[]; permutation: number[] } {
  const groups: number[][] = [];
  for (const axis of permutation.filter((axis) => shape[axis] !== 1)) {
    const group = groups.at(-1);
    // Neighbours if nothing but extents of 1 lies between them.
    const follows = group && shape.slice(group[group.length - 1] + 1, axis).every((extent) => extent === 1);
    if (follows && axis > group[group.length - 1]) group.push(axis);
    else groups.push([axis]);
  }
  const inOrder = [...groups].sort((a, b) => a[0] - b[0]);
  return {
    shape: inOrder.map((group) => sizeOf(group.map((axis) => shape[axis]))),
    permutation: groups.map((group) => inOrder.indexOf(group)),
  };
}

/** `transpose` for any number of axes. */
export function permuteAxes(tf: Tfjs, x: TfTensor, permutation: readonly number[]): TfTensor {
  const merged = mergeAxes(x.shape, permutation);
  const target = permutation.map((axis) => x.shape[axis]);
  if (merged.permutation.length < 2) return tf.reshape(x, target);
  return tf.reshape(tf.transpose(tf.reshape(x, merged.shape), merged.permutation), target);
}
