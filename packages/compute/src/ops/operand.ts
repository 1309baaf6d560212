import { GraphError } from '../graph/graph-error.js';
import type { Tensor } from '../graph/tensor.js';

/** A tensor, or a number that becomes a scalar constant of the other operand's dtype. */
export type Operand = Tensor | number;

export function operandPair(op: string, a: Operand, b: Operand): [Tensor, Tensor] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? scalarLike(a, b) : b];
  if (typeof b !== 'number') return [scalarLike(b, a), b];
  throw new GraphError(`${op}: at least one operand must be a tensor`);
}

/** A scalar constant in the graph and dtype of `like`. */
export function scalarLike(like: Tensor, value: number): Tensor {
  return like.graph.constant(value, [], like.dtype);
}
