import { isFloating } from '../graph/dtype.js';
import { GraphError } from '../graph/graph-error.js';
import type { Tensor } from '../graph/tensor.js';
import { div, mul, sub } from './arithmetic.js';
import { cast } from './cast.js';
import { greater, less } from './comparison.js';
import { apply, type OpDefinition } from './definition.js';
import { scalarLike } from './operand.js';

type ElementwiseOp =
  'neg' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'sigmoid' | 'tanh' | 'erf' | 'sin' | 'cos' | 'abs';

/** An operation on each element; `derivative` gives d output / d x from x and the output. */
function elementwise<K extends ElementwiseOp>(
  op: K,
  product: (grad: Tensor, x: Tensor, output: Tensor) => Tensor,
): OpDefinition<K> {
  return {
    op,
    infer([x]) {
      if (!isFloating(x.dtype) && op !== 'neg' && op !== 'abs') {
        throw new GraphError(`${op}: needs a floating dtype, got ${x.dtype}`);
      }
      return { shape: x.shape, dtype: x.dtype };
    },
    gradient: ({ inputs: [x], output }, grad) => [() => product(grad, x, output)],
  };
}

export const negDefinition = elementwise('neg', (grad) => neg(grad));
export const expDefinition = elementwise('exp', (grad, _x, y) => mul(grad, y));
export const logDefinition = elementwise('log', (grad, x) => div(grad, x));
export const sqrtDefinition = elementwise('sqrt', (grad, _x, y) => div(mul(grad, 0.5), y));
export const rsqrtDefinition = elementwise('rsqrt', (grad, _x, y) => mul(mul(grad, -0.5), mul(y, mul(y, y))));
export const sigmoidDefinition = elementwise('sigmoid', (grad, _x, y) => mul(grad, mul(y, sub(1, y))));
export const tanhDefinition = elementwise('tanh', (grad, _x, y) => mul(grad, sub(1, mul(y, y))));
export const erfDefinition = elementwise('erf', (grad, x) =>
  mul(grad, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
);
export const sinDefinition = elementwise('sin', (grad, x) => mul(grad, cos(x)));
export const cosDefinition = elementwise('cos', (grad, x) => neg(mul(grad, sin(x))));
/** The gradient at 0 is 0. */
export const absDefinition = elementwise('abs', (grad, x) => {
  const zero = scalarLike(x, 0);
  return mul(grad, sub(cast(greater(x, zero), x.dtype), cast(less(x, zero), x.dtype)));
});

export function neg(a: Tensor): Tensor {
  return apply(negDefinition, [a], {});
}

export function exp(a: Tensor): Tensor {
  return apply(expDefinition, [a], {});
}

/** Natural logarithm. */
export function log(a: Tensor): Tensor {
  return apply(logDefinition, [a], {});
}

export function sqrt(a: Tensor): Tensor {
  return apply(sqrtDefinition, [a], {});
}

/** 1 / sqrt(a). */
export function rsqrt(a: Tensor): Tensor {
  return apply(rsqrtDefinition, [a], {});
}

/** 1 / (1 + exp(-a)). */
export function sigmoid(a: Tensor): Tensor {
  return apply(sigmoidDefinition, [a], {});
}

export function tanh(a: Tensor): Tensor {
  return apply(tanhDefinition, [a], {});
}

/** The error function. */
export function erf(a: Tensor): Tensor {
  return apply(erfDefinition, [a], {});
}

/** Of radians. */
export function sin(a: Tensor): Tensor {
  return apply(sinDefinition, [a], {});
}

/** Of radians. */
export function cos(a: Tensor): Tensor {
  return apply(cosDefinition, [a], {});
}

export function abs(a: Tensor): Tensor {
  return apply(absDefinition, [a], {});
}
