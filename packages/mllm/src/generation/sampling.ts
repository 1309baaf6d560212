import type { Rng } from '@sea-align/core';

/** How the next token is chosen. Temperature 0: the most likely one. */
export interface SamplingOptions {
  temperature: number;
  topP: number;
}

/** The first index of the largest logit. */
export function greedyToken(logits: Float32Array): number {
  let best = 0;
  for (let at = 1; at < logits.length; at++) if (logits[at] > logits[best]) best = at;
  return best;
}

/** Draws from softmax(logits / temperature), cut to the smallest set of tokens whose probability reaches topP. */
export function sampleToken(logits: Float32Array, { temperature, topP }: SamplingOptions, rng: Rng): number {
  const order = Array.from(logits, (_, at) => at).sort((a, b) => logits[b] - logits[a] || a - b);
  const top = logits[order[0]];
  const weights = order.map((at) => Math.exp((logits[at] - top) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let kept = 0;
  let mass = 0;
  while (kept < order.length && (kept === 0 || mass < topP * total)) mass += weights[kept++];
  let draw = rng.uniform() * mass;
  for (let at = 0; at < kept; at++) {
    draw -= weights[at];
    if (draw < 0) return order[at];
  }
  return order[kept - 1];
}
