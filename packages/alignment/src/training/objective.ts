import type { Graph, Tensor } from '@sea-align/compute';
import type { LossRows } from '@sea-align/mllm';

import type { EncodedRow } from './encoded-row.js';

/** A prompt with an answer whose likelihood counts. */
export interface TokenSequence {
  promptIds: number[];
  targetIds: number[];
}

/** A loss over rows, and figures worth logging. */
export interface Measurement {
  loss: number;
  metrics: Record<string, number>;
}

/**
 * What a training run minimises. The loss of a step is a sum of its micro-batches' losses: whatever normalises it is
 * computed over the whole step and fed in, so accumulation changes nothing but the order of summation.
 */
export interface Objective {
  /** Token sequences that one row takes: 1, or a chosen and a rejected one. */
  readonly sequencesPerRow: 1 | 2;
  sequences(row: EncodedRow): TokenSequence[];
  /** Shapes of the loss's further inputs, for micro-batches of `rows` rows. */
  inputShapes(rows: number): Record<string, number[]>;
  /** Scalar loss of a micro-batch of `rows` rows. */
  buildLoss(graph: Graph, lossRows: LossRows): Tensor;
  /** One feeds object per micro-batch, padded with zeros to `rowsPerMicroBatch` rows. */
  feeds(
    microBatches: readonly (readonly EncodedRow[])[],
    rowsPerMicroBatch: number,
  ): Record<string, Float32Array>[];
  /** The same loss in plain numbers, from log-probabilities of `sequences` of all rows in order. */
  measure(rows: readonly EncodedRow[], logProbs: ArrayLike<number>): Measurement;
}
