import type { Rng } from '@sea-align/core';
import type { Embedding } from '@sea-align/mllm';

/**
 * E_0 = M(blank medium) + noise, where optimisation starts (method, stage 2).
 *
 * @param blank encoder output of the blank medium; left as it is
 * @param noise standard deviation, as a fraction of the root mean square of M(blank)
 */
export function initialEmbedding({ values, geometry }: Embedding, noise: number, rng: Rng): Embedding {
  const deviation = noise * embeddingScale(values);
  const noisy = (value: number): number => value + deviation * rng.normal();
  return { values: deviation === 0 ? values.slice() : values.map(noisy), geometry };
}

/**
 * Root mean square of M(blank), the unit of noise, learning rate and clipping: encoder outputs differ in scale from model
 * to model (CLIP's last hidden layer is not normalised). 1 for an encoder that puts out zeros.
 */
export function embeddingScale(blank: Float32Array): number {
  const squares = blank.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(squares / blank.length) || 1;
}
