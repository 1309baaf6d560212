import type { Rng } from '@sea-align/core';

/** Standard deviation of the matrices and embeddings at the start, as Hugging Face's `initializer_range`. */
const deviation = 0.02;

/** Starting values by name: norms 1, biases 0, everything else normal. A tensor's values depend on its own name only. */
export function initialWeights(
  shapes: ReadonlyMap<string, readonly number[]>,
  rng: Rng,
): Map<string, Float32Array> {
  return new Map([...shapes].map(([name, shape]) => [name, initialValues(name, shape, rng.fork(name))]));
}

function initialValues(name: string, shape: readonly number[], rng: Rng): Float32Array {
  const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
  if (name.endsWith('.bias')) return values;
  if (/norm\d?\.weight$|layrnorm\.weight$/.test(name)) return values.fill(1);
  return values.map(() => rng.normal() * deviation);
}
