import type { DType } from '../graph/dtype.js';
import { GraphError } from '../graph/graph-error.js';
import { formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { mul } from './arithmetic.js';
import { apply, expectDType, expectShape, lastExtent, type OpDefinition } from './definition.js';
import { reshape } from './layout.js';

export const gatherDefinition: OpDefinition<'gather'> = {
  op: 'gather',
  infer([table, indices]) {
    expectDType('gather', indices, 'int32', 'indices');
    lastExtent('gather', table);
    return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype };
  },
  gradient: ({ inputs: [table, indices] }, grad) => [() => scatterAdd(grad, indices, table.shape[0]), null],
};

export const scatterAddDefinition: OpDefinition<'scatterAdd'> = {
  op: 'scatterAdd',
  infer([updates, indices], { rows }) {
    expectDType('scatterAdd', indices, 'int32', 'indices');
    const rank = indices.shape.length;
    if (!sameShape(updates.shape.slice(0, rank), indices.shape)) {
      throw new GraphError(
        `scatterAdd: updates ${formatShape(updates.shape)} do not begin with the indices' shape ${formatShape(indices.shape)}`,
      );
    }
    return { shape: [rows, ...updates.shape.slice(rank)], dtype: updates.dtype };
  },
  gradient: ({ inputs: [, indices] }, grad) => [() => gather(grad, indices), null],
};

export const oneHotDefinition: OpDefinition<'oneHot'> = {
  op: 'oneHot',
  infer([indices], { depth, dtype }) {
    expectDType('oneHot', indices, 'int32', 'indices');
    return { shape: [...indices.shape, depth], dtype };
  },
};

export const takeLastDefinition: OpDefinition<'takeLast'> = {
  op: 'takeLast',
  infer([x, indices]) {
    expectDType('takeLast', indices, 'int32', 'indices');
    lastExtent('takeLast', x);
    expectShape('takeLast', indices, x.shape.slice(0, -1), 'indices');
    return { shape: indices.shape, dtype: x.dtype };
  },
  gradient: ({ inputs: [x, indices] }, grad) => [
    () => mul(reshape(grad, [...grad.shape, 1]), oneHot(indices, lastExtent('takeLast', x), x.dtype)),
    null,
  ],
};

/**
 * Rows of a table: [rows, ...rest] indexed by int32 [...where] gives [...where, ...rest]. Its gradient adds up repeated
 * rows. Indices must lie in 0..rows-1: engines differ in what they do with others.
 */
export function gather(table: Tensor, indices: Tensor): Tensor {
  return apply(gatherDefinition, [table, indices], {});
}

/** The adjoint of {@link gather}: zeros of [rows, ...rest] with each update added at its index. */
export function scatterAdd(updates: Tensor, indices: Tensor, rows: number): Tensor {
  return apply(scatterAddDefinition, [updates, indices], { rows });
}

/** 1 at the index, 0 elsewhere: int32 [...] gives [..., depth]. An index outside 0..depth-1 gives zeros. */
export function oneHot(indices: Tensor, depth: number, dtype: DType = 'float32'): Tensor {
  return apply(oneHotDefinition, [indices], { depth, dtype });
}

/** One element of each row of the last axis: a [..., n] at int32 indices [...] gives [...]. */
export function takeLast(a: Tensor, indices: Tensor): Tensor {
  return apply(takeLastDefinition, [a, indices], {});
}
