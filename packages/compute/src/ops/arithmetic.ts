import { GraphError } from '../graph/graph-error.js';
import { broadcastShapes, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { cast } from './cast.js';
import { greater } from './comparison.js';
import { apply, commonDType, type OpDefinition } from './definition.js';
import { neg } from './elementwise.js';
import { operandPair, type Operand } from './operand.js';
import { sumToShape } from './sum-to-shape.js';

type ArithmeticOp = 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum';

function arithmetic<K extends ArithmeticOp>(op: K, gradient: OpDefinition<K>['gradient']): OpDefinition<K> {
  return {
    op,
    infer: (inputs) => ({
      shape: broadcastShapes(inputs[0].shape, inputs[1].shape, op),
      dtype: commonDType(op, inputs),
    }),
    gradient,
  };
}

export const addDefinition = arithmetic('add', ({ inputs: [a, b] }, grad) => [
  () => sumToShape(grad, a.shape),
  () => sumToShape(grad, b.shape),
]);

export const subDefinition = arithmetic('sub', ({ inputs: [a, b] }, grad) => [
  () => sumToShape(grad, a.shape),
  () => neg(sumToShape(grad, b.shape)),
]);

export const mulDefinition = arithmetic('mul', ({ inputs: [a, b] }, grad) => [
  () => sumToShape(mul(grad, b), a.shape),
  () => sumToShape(mul(grad, a), b.shape),
]);

export const divDefinition = arithmetic('div', ({ inputs: [a, b], output }, grad) => [
  () => sumToShape(div(grad, b), a.shape),
  () => neg(sumToShape(div(mul(grad, output), b), b.shape)),
]);

/** Where both operands are equal, each gets half of the gradient. */
export const maximumDefinition = arithmetic('maximum', ({ inputs: [a, b] }, grad) => [
  () => sumToShape(mul(grad, winShare(a, b)), a.shape),
  () => sumToShape(mul(grad, winShare(b, a)), b.shape),
]);

/** Where both operands are equal, each gets half of the gradient. */
export const minimumDefinition = arithmetic('minimum', ({ inputs: [a, b] }, grad) => [
  () => sumToShape(mul(grad, winShare(b, a)), a.shape),
  () => sumToShape(mul(grad, winShare(a, b)), b.shape),
]);

/** 1 where a > b, 0 where a < b, 1/2 where equal. */
function winShare(a: Tensor, b: Tensor): Tensor {
  const wins = cast(greater(a, b), a.dtype);
  const losses = cast(greater(b, a), a.dtype);
  return add(mul(sub(wins, losses), 0.5), 0.5);
}

export const addNDefinition: OpDefinition<'addN'> = {
  op: 'addN',
  infer(inputs) {
    if (!inputs.every(({ shape }) => sameShape(shape, inputs[0].shape))) {
      throw new GraphError('addN: all operands must have one shape');
    }
    return { shape: inputs[0].shape, dtype: commonDType('addN', inputs) };
  },
  gradient: ({ inputs }, grad) => inputs.map(() => () => grad),
};

/** a + b, broadcasting. */
export function add(a: Operand, b: Operand): Tensor {
  return apply(addDefinition, operandPair('add', a, b), {});
}

/** a - b, broadcasting. */
export function sub(a: Operand, b: Operand): Tensor {
  return apply(subDefinition, operandPair('sub', a, b), {});
}

/** a * b elementwise, broadcasting. */
export function mul(a: Operand, b: Operand): Tensor {
  return apply(mulDefinition, operandPair('mul', a, b), {});
}

/** a / b, broadcasting. */
export function div(a: Operand, b: Operand): Tensor {
  return apply(divDefinition, operandPair('div', a, b), {});
}

/** The larger of a and b, broadcasting. */
export function maximum(a: Operand, b: Operand): Tensor {
  return apply(maximumDefinition, operandPair('maximum', a, b), {});
}

/** The smaller of a and b, broadcasting. */
export function minimum(a: Operand, b: Operand): Tensor {
  return apply(minimumDefinition, operandPair('minimum', a, b), {});
}

/** Sum of tensors of one shape (one or more). */
export function addN(list: readonly Tensor[]): Tensor {
  if (list.length === 0) throw new GraphError('addN: needs at least one tensor');
  if (list.length === 1) return list[0];
  return list.length === 2 ? add(list[0], list[1]) : apply(addNDefinition, list, {});
}
