import { NumericError } from '@sea-align/core';

/**
 * Scales all gradients by one factor, in place, so that the 2-norm over all of them together is at most `max`
 * (as `torch.nn.utils.clip_grad_norm_`). `max` may be Infinity, to measure only.
 *
 * @returns the norm before clipping
 * @throws NumericError naming the first gradient that holds a NaN or an infinity; nothing is scaled then
 */
export function clipByGlobalNorm(grads: ReadonlyMap<string, Float32Array>, max: number): number {
  let total = 0;
  for (const [name, grad] of grads) {
    let sum = 0;
    for (let i = 0; i < grad.length; i++) sum += grad[i] * grad[i];
    if (!Number.isFinite(sum)) {
      // A float32 squared cannot overflow float64, so the array itself holds the culprit.
      const at = grad.findIndex((value) => !Number.isFinite(value));
      throw new NumericError(`The gradient of '${name}' holds ${grad[at]} at index ${at}.`, {
        hint: 'Lower the learning rate, or look for a sample that makes the loss infinite.',
        details: { tensor: name, index: at },
      });
    }
    total += sum;
  }
  const norm = Math.sqrt(total);
  if (norm > max) {
    // PyTorch's own guard against division by zero; kept so that results agree to the last bits.
    const scale = max / (norm + 1e-6);
    for (const grad of grads.values()) {
      for (let i = 0; i < grad.length; i++) grad[i] *= scale;
    }
  }
  return norm;
}
