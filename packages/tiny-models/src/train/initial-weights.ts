import type { Rng } from '@sea-align/core';

/**
 * Starting values by name: norms 1, biases 0, everything else normal with the given standard deviation. A tensor's values
 * depend on the seed and its own name only.
 */
export function initialWeights(
  shapes: ReadonlyMap<string, readonly number[]>,
  rng: Rng,
  deviation: number,
): Map<string, Float32Array> {
  return new Map(
    [...shapes].map(([name, shape]) => [name, initialValues(name, shape, rng.fork(name), deviation)]),
  );
}

function initialValues(name: string, shape: readonly number[], rng: Rng, deviation: number): Float32Array {
  const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
  if (name.endsWith('.bias')) return values;
  // Of all weights, only those of norms are vectors.
  if (name.endsWith('.weight') && shape.length === 1) return values.fill(1);
  return values.map(() => rng.normal() * deviation);
}
