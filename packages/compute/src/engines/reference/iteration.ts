import { sizeOf, stridesOf, type Shape } from '../../graph/shape.js';

/** Flat source offsets of a tensor of shape `from` stretched to `to`, in row-major order of `to`. */
export function broadcastOffsets(from: Shape, to: Shape): Int32Array {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return stridedOffsets(
    to,
    to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead])),
  );
}

/** For each index of `shape` in row-major order, the sum of index times stride over the axes. */
export function stridedOffsets(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const offsets = new Int32Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let at = 0; at < offsets.length; at++) {
    offsets[at] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return offsets;
}
