import { sftLoss, sftLossGraph, tokenMeanCoefficients } from '../losses/sft.js';
import type { EncodedRow } from './encoded-row.js';
import type { Objective } from './objective.js';

/** Mean negative log-likelihood per target token (sftLoss). */
export function sftObjective(): Objective {
  const coefficientsOf = (rows: readonly EncodedRow[]): number[] =>
    tokenMeanCoefficients(
      rows.map(({ chosenIds }) => chosenIds.length),
      rows.map(({ weight }) => weight),
    );
  return {
    sequencesPerRow: 1,
    sequences: ({ promptIds, chosenIds }) => [{ promptIds, targetIds: chosenIds }],
    inputShapes: (rows) => ({ coefficients: [rows] }),
    buildLoss: (_graph, { rowLogProb, inputs }) => sftLossGraph(rowLogProb, inputs.coefficients),
    feeds(microBatches, rowsPerMicroBatch) {
      const all = coefficientsOf(microBatches.flat());
      let taken = 0;
      return microBatches.map(({ length }) => {
        const coefficients = new Float32Array(rowsPerMicroBatch);
        coefficients.set(all.slice(taken, taken + length));
        taken += length;
        return { coefficients };
      });
    },
    measure(rows, logProbs) {
      const targets = rows.map(({ chosenIds }) => chosenIds.length);
      const { loss } = sftLoss(
        logProbs,
        targets,
        rows.map(({ weight }) => weight),
      );
      return { loss, metrics: {} };
    },
  };
}
