import type { PreparedSample, ProgressListener } from '@sea-align/core';
import { createPackedScorer, type MultimodalModel } from '@sea-align/mllm';
import { runOptimization, type ScorerFactory } from './optimization-run.js';
import type { OptimizeOptionsInput } from './options.js';
import type { OptimizeSummary } from './summary.js';

export interface OptimizeRequest {
  model: MultimodalModel;
  samples: readonly PreparedSample[];
  /** Folder for records and shards; made if missing. */
  out: string;
  options?: OptimizeOptionsInput;
  /** Default 0. */
  seed?: number | string;
  /** Go on with an interrupted run in `out`: finished embeddings are kept, others start again from their seed. */
  resume?: boolean;
  /** Delete what an earlier run left in `out`. */
  force?: boolean;
  onProgress?: ProgressListener;
  /** Aborting stops after the current step; what is finished is stored, and the run can be resumed. */
  signal?: AbortSignal;
  /** Default: packed scoring. */
  createScorer?: ScorerFactory;
}

/**
 * Stage 2 of SEA: for every sample, finds the encoder output E for which the frozen model gives the control samples'
 * answers, argmin over E of -(1/|D_a|) sum of log Pr(y | x, P(E)), starting from E_0 = M(blank) + noise (Lu et al. 2025,
 * section on embedding optimisation), and verifies it by generating from it.
 *
 * What comes out for a sample depends on the model, the options and the seed; not on the other samples, the batch size
 * or the order (up to float32 rounding, as matrix kernels differ with the batch).
 *
 * @throws ConfigError on faulty options; DatasetError on a faulty sample; RunFolderError if `out` belongs to another run;
 *   DiskError; the signal's reason when aborted
 */
export async function optimizeEmbeddings(request: OptimizeRequest): Promise<OptimizeSummary> {
  const { model } = request;
  const createScorer: ScorerFactory = request.createScorer ?? ((scorer) => createPackedScorer(model, scorer));
  return runOptimization({ ...request, createScorer });
}
