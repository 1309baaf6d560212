import { broadcastShapes } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { apply, commonDType, expectDType, type OpDefinition } from './definition.js';
import { operandPair, scalarLike, type Operand } from './operand.js';
import { sumToShape } from './sum-to-shape.js';

function comparison<K extends 'greater' | 'less' | 'equal'>(op: K): OpDefinition<K> {
  return {
    op,
    infer(inputs) {
      commonDType(op, inputs);
      return { shape: broadcastShapes(inputs[0].shape, inputs[1].shape, op), dtype: 'bool' };
    },
  };
}

export const greaterDefinition = comparison('greater');
export const lessDefinition = comparison('less');
export const equalDefinition = comparison('equal');

export const whereDefinition: OpDefinition<'where'> = {
  op: 'where',
  infer([condition, a, b]) {
    expectDType('where', condition, 'bool', 'the condition');
    const values = broadcastShapes(a.shape, b.shape, 'where');
    return { shape: broadcastShapes(condition.shape, values, 'where'), dtype: commonDType('where', [a, b]) };
  },
  gradient: ({ inputs: [condition, a, b] }, grad) => [
    null,
    () => sumToShape(where(condition, grad, 0), a.shape),
    () => sumToShape(where(condition, 0, grad), b.shape),
  ],
};

/** a > b as bool, broadcasting. */
export function greater(a: Operand, b: Operand): Tensor {
  return apply(greaterDefinition, operandPair('greater', a, b), {});
}

/** a < b as bool, broadcasting. */
export function less(a: Operand, b: Operand): Tensor {
  return apply(lessDefinition, operandPair('less', a, b), {});
}

/** a = b as bool, broadcasting. */
export function equal(a: Operand, b: Operand): Tensor {
  return apply(equalDefinition, operandPair('equal', a, b), {});
}

/** a where the bool condition holds, b elsewhere; all three broadcast. Two numbers give float32. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const [left, right] =
    typeof a === 'number' && typeof b === 'number'
      ? [condition.graph.constant(a), condition.graph.constant(b)]
      : typeof a === 'number'
        ? [scalarLike(b as Tensor, a), b as Tensor]
        : [a, typeof b === 'number' ? scalarLike(a, b) : b];
  return apply(whereDefinition, [condition, left, right], {});
}
