import { GraphError } from './graph-error.js';

/** Static extents, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** `[2, 3]`, as it appears in messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function assertShape(shape: Shape, what: string): void {
  for (const extent of shape) {
    if (!Number.isInteger(extent) || extent < 0) {
      throw new GraphError(
        `${what}: shape ${formatShape(shape)} has an extent that is no non-negative integer`,
      );
    }
  }
}

/** The shape two operands broadcast to under numpy's rules (trailing axes aligned, extent 1 stretches). */
export function broadcastShapes(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new GraphError(`${what}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

/** Axis in 0..rank-1; negative axes count from the end. */
export function normalizeAxis(axis: number, rank: number, what: string): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new GraphError(`${what}: axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return normal;
}

/** Sorted, distinct, non-negative axes. */
export function normalizeAxes(axes: readonly number[], rank: number, what: string): number[] {
  return [...new Set(axes.map((axis) => normalizeAxis(axis, rank, what)))].sort((a, b) => a - b);
}

/** Row-major element strides. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}
