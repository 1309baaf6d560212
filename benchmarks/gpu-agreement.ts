import { EngineError } from '@sea-align/core';
import { createEngine, type Engine } from '@sea-align/compute';
import { createPackedScorer, loadModel, type PackedScores } from '@sea-align/mllm';
import { tokenWorkload } from './token-workload.js';

/** Relative errors that docs/support.md states for a GPU against the CPU in float32: of a loss, of a gradient as a vector. */
export const gpuTolerance = { loss: 2e-3, gradient: 1e-2 };

/** Largest relative errors over some embeddings. */
export interface Agreement {
  loss: number;
  gradient: number;
}

/** Scores the same embeddings on a device and on the CPU in float32. */
export async function agreement(engine: Engine, folder: string, modality?: string): Promise<Agreement> {
  const cpu = await createEngine({ backend: 'onnxruntime-node', device: 'cpu', precision: 'float32' });
  try {
    const [ours, truth] = [await scores(engine, folder, modality), await scores(cpu, folder, modality)];
    return {
      loss: Math.max(...ours.branchNll.map((nll, at) => relativeError(nll, truth.branchNll[at]))),
      gradient: Math.max(...ours.gradients.map((each, at) => relativeError(each, truth.gradients[at]))),
    };
  } finally {
    await cpu.dispose();
  }
}

async function scores(engine: Engine, folder: string, modality?: string): Promise<PackedScores> {
  const model = await loadModel(folder, { engine, ...(modality !== undefined && { modality }) });
  const { prefixIds, members } = await tokenWorkload(model, 2);
  const scorer = await createPackedScorer(model, { prefixIds, batchSize: 1, branches: 2 });
  const result = await scorer.score(members);
  await scorer.release();
  await model.release();
  return result;
}

/** |got - truth| / |truth| in the Euclidean norm. */
function relativeError(got: ArrayLike<number>, truth: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let at = 0; at < truth.length; at++) {
    difference += (got[at] - truth[at]) ** 2;
    size += truth[at] ** 2;
  }
  return Math.sqrt(difference / size);
}

/** @throws EngineError if the errors are over the tolerance, or are no numbers */
export function assertAgreement({ loss, gradient }: Agreement, device: string): void {
  if (loss <= gpuTolerance.loss && gradient <= gpuTolerance.gradient) return;
  throw new EngineError(
    `${device} does not agree with the CPU: relative error ${loss.toExponential(1)} of the loss (at most ${gpuTolerance.loss}), ` +
      `${gradient.toExponential(1)} of the gradient (at most ${gpuTolerance.gradient}). Nothing is reported.`,
    { hint: 'Try --precision float32.' },
  );
}
