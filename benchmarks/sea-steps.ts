import { Adam } from '@sea-align/compute';
import type { PackedScorer } from '@sea-align/mllm';
import type { TokenWorkload } from './token-workload.js';

/** Adam on the first `batch` embeddings, `steps` updates, from their start values. @returns the losses after the last update */
export async function optimise(
  scorer: PackedScorer,
  { members, learningRate }: TokenWorkload,
  batch: number,
  steps: number,
): Promise<number[]> {
  const moving = members.slice(0, batch).map(({ embedding, branches }) => ({
    embedding: { ...embedding, values: embedding.values.slice() },
    branches,
  }));
  const optimisers = moving.map(() => new Adam({ learningRate }));
  let losses: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const { branchNll, gradients } = await scorer.score(moving);
    losses = branchNll.map((nll) => nll.reduce((sum, each) => sum + each, 0) / nll.length);
    if (step === steps) break;
    moving.forEach(({ embedding }, at) => {
      optimisers[at].step(new Map([['E', embedding.values]]), new Map([['E', gradients[at]]]), learningRate);
    });
  }
  return losses;
}
