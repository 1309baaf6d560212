import type { Tensor } from '../graph/tensor.js';
import { mul, sub } from './arithmetic.js';
import { apply, lastExtent, type OpDefinition } from './definition.js';
import { exp } from './elementwise.js';
import { sum } from './reduction.js';

export const softmaxDefinition: OpDefinition<'softmax'> = {
  op: 'softmax',
  infer([x]) {
    lastExtent('softmax', x);
    return { shape: x.shape, dtype: x.dtype };
  },
  gradient: ({ output }, grad) => [() => mul(output, sub(grad, sum(mul(grad, output), [-1], true)))],
};

export const logSoftmaxDefinition: OpDefinition<'logSoftmax'> = {
  op: 'logSoftmax',
  infer([x]) {
    lastExtent('logSoftmax', x);
    return { shape: x.shape, dtype: x.dtype };
  },
  gradient: ({ output }, grad) => [() => sub(grad, mul(exp(output), sum(grad, [-1], true)))],
};

/**
 * exp(a) over its sum along the last axis. Mask with a large negative finite number (-1e9), not -Infinity: a row that is
 * masked everywhere is then uniform instead of NaN.
 */
export function softmax(a: Tensor): Tensor {
  return apply(softmaxDefinition, [a], {});
}

/** Logarithm of {@link softmax}, without the underflow. */
export function logSoftmax(a: Tensor): Tensor {
  return apply(logSoftmaxDefinition, [a], {});
}
