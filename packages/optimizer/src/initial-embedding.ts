import type { Rng } from '@sea-align/core';

/**
 * E_0 = M(blank medium) + noise, where optimisation starts (method, stage 2).
 *
 * @param blank encoder output of the blank medium, [tokens * width]; left as it is
 * @param noise standard deviation, in units of the encoder output
 */
export function initialEmbedding(blank: Float32Array, noise: number, rng: Rng): Float32Array {
  return noise === 0 ? blank.slice() : blank.map((value) => value + noise * rng.normal());
}
