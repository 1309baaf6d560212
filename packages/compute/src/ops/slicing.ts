import { GraphError } from '../graph/graph-error.js';
import { formatShape, normalizeAxis } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { apply, commonDType, type OpDefinition } from './definition.js';

export const sliceDefinition: OpDefinition<'slice'> = {
  op: 'slice',
  infer: ([x], { axis, start, end }) => ({
    shape: x.shape.map((extent, at) => (at === axis ? end - start : extent)),
    dtype: x.dtype,
  }),
  gradient: ({ inputs: [x], attributes: { axis, start, end } }, grad) => [
    () => pad(grad, axis, start, x.shape[axis] - end),
  ],
};

export const concatDefinition: OpDefinition<'concat'> = {
  op: 'concat',
  infer(inputs, { axis }) {
    const [first] = inputs;
    for (const { shape } of inputs) {
      if (
        shape.length !== first.shape.length ||
        shape.some((extent, at) => at !== axis && extent !== first.shape[at])
      ) {
        throw new GraphError(
          `concat: ${formatShape(first.shape)} and ${formatShape(shape)} differ on an axis other than ${axis}`,
        );
      }
    }
    const total = inputs.reduce((extent, { shape }) => extent + shape[axis], 0);
    return {
      shape: first.shape.map((extent, at) => (at === axis ? total : extent)),
      dtype: commonDType('concat', inputs),
    };
  },
  gradient({ inputs, attributes: { axis } }, grad) {
    let offset = 0;
    return inputs.map(({ shape }) => {
      const start = offset;
      offset += shape[axis];
      return () => slice(grad, axis, start, start + shape[axis]);
    });
  },
};

export const padDefinition: OpDefinition<'pad'> = {
  op: 'pad',
  infer: ([x], { axis, before, after }) => ({
    shape: x.shape.map((extent, at) => (at === axis ? before + extent + after : extent)),
    dtype: x.dtype,
  }),
  gradient: ({ inputs: [x], attributes: { axis, before } }, grad) => [
    () => slice(grad, axis, before, before + x.shape[axis]),
  ],
};

/** Elements start..end-1 along an axis; a negative `start` or `end` counts from the end. */
export function slice(a: Tensor, axis: number, start: number, end?: number): Tensor {
  const at = normalizeAxis(axis, a.shape.length, 'slice');
  const extent = a.shape[at];
  const from = start < 0 ? start + extent : start;
  const to = end === undefined ? extent : end < 0 ? end + extent : end;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > extent || from > to) {
    throw new GraphError(
      `slice: ${start}..${end ?? extent} is outside axis ${axis} of ${formatShape(a.shape)}`,
    );
  }
  return from === 0 && to === extent ? a : apply(sliceDefinition, [a], { axis: at, start: from, end: to });
}

/** Joins tensors along an axis; the tensor itself if there is only one. */
export function concat(list: readonly Tensor[], axis: number): Tensor {
  if (list.length === 0) throw new GraphError('concat: needs at least one tensor');
  const at = normalizeAxis(axis, list[0].shape.length, 'concat');
  return list.length === 1 ? list[0] : apply(concatDefinition, list, { axis: at });
}

/** Adds `before` and `after` elements of `value` along an axis. */
export function pad(a: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  const at = normalizeAxis(axis, a.shape.length, 'pad');
  if (!Number.isInteger(before) || !Number.isInteger(after) || before < 0 || after < 0) {
    throw new GraphError(`pad: ${before} and ${after} must be non-negative integers`);
  }
  return before === 0 && after === 0 ? a : apply(padDefinition, [a], { axis: at, before, after, value });
}
