import type { Tensor } from '../graph/tensor.js';
import { add, mul, sub } from './arithmetic.js';
import { cast } from './cast.js';
import { greater } from './comparison.js';
import { apply, type OpDefinition } from './definition.js';
import { erf, exp, sigmoid, tanh } from './elementwise.js';

/** The gradient at 0 is 0. */
export const reluDefinition: OpDefinition<'relu'> = {
  op: 'relu',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ output }, grad) => [() => mul(grad, cast(greater(output, 0), output.dtype))],
};

export const geluDefinition: OpDefinition<'gelu'> = {
  op: 'gelu',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ inputs: [x], attributes: { approximate } }, grad) => [
    () => mul(grad, approximate === 'none' ? geluSlope(x) : geluTanhSlope(x)),
  ],
};

/** Φ(x) + x φ(x). */
function geluSlope(x: Tensor): Tensor {
  const distribution = add(mul(erf(mul(x, Math.SQRT1_2)), 0.5), 0.5);
  const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return add(distribution, mul(x, density));
}

const tanhScale = Math.sqrt(2 / Math.PI);
const tanhCubic = 0.044715;

/** With t = tanh(s (x + c x³)): (1 + t) / 2 + x (1 - t²) s (1 + 3 c x²) / 2. */
function geluTanhSlope(x: Tensor): Tensor {
  const square = mul(x, x);
  const t = tanh(mul(x, add(mul(square, tanhScale * tanhCubic), tanhScale)));
  const inner = add(mul(square, (3 * tanhScale * tanhCubic) / 2), tanhScale / 2);
  return add(add(mul(t, 0.5), 0.5), mul(mul(x, sub(1, mul(t, t))), inner));
}

/** With s = sigmoid(a x) and y = x s: s + a y (1 - s). */
export const swishDefinition: OpDefinition<'swish'> = {
  op: 'swish',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ inputs: [x], output, attributes: { scale } }, grad) => [
    () => {
      const s = sigmoid(mul(x, scale));
      const curve = mul(output, sub(1, s));
      return mul(grad, add(s, scale === 1 ? curve : mul(curve, scale)));
    },
  ],
};

export function relu(x: Tensor): Tensor {
  return apply(reluDefinition, [x], {});
}

/** x Φ(x), exact (HF `gelu`). */
export function gelu(x: Tensor): Tensor {
  return apply(geluDefinition, [x], { approximate: 'none' });
}

/** The tanh approximation of GELU (HF `gelu_new`, `gelu_pytorch_tanh`). */
export function geluTanh(x: Tensor): Tensor {
  return apply(geluDefinition, [x], { approximate: 'tanh' });
}

/** x sigmoid(1.702 x) (HF `quick_gelu`, CLIP's activation). */
export function quickGelu(x: Tensor): Tensor {
  return apply(swishDefinition, [x], { scale: 1.702 });
}

/** x sigmoid(x) (HF `silu`). */
export function silu(x: Tensor): Tensor {
  return apply(swishDefinition, [x], { scale: 1 });
}
