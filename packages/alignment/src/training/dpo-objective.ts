import { dpoLoss, dpoLossGraph } from '../losses/dpo.js';
import { tokenMeanCoefficients } from '../losses/sft.js';
import type { EncodedRow } from './encoded-row.js';
import type { Objective } from './objective.js';

/** Log-probabilities of a row's answers under the model before training. */
export interface ReferenceLogProbs {
  chosen: number;
  rejected: number;
}

/** What a DPO run is told. */
export interface DpoSettings {
  beta: number;
  /** Weight of the chosen-NLL term. */
  nllWeight: number;
  /** By row id. */
  references: ReadonlyMap<string, ReferenceLogProbs>;
}

/**
 * The DPO loss over the rows that have a rejected answer (mean by weight), plus `nllWeight` times the mean negative
 * log-likelihood per token of all chosen answers. A row without a rejected answer is its own, with no weight in the pair
 * term.
 */
export function dpoObjective({ beta, nllWeight, references }: DpoSettings): Objective {
  const weightsOf = (rows: readonly EncodedRow[]): { pairs: number[]; nll: number[] } => {
    const pairWeights = rows.map(({ weight, rejectedIds }) => (rejectedIds === undefined ? 0 : weight));
    const total = pairWeights.reduce((sum, weight) => sum + weight, 0);
    const targets = rows.map(({ chosenIds }) => chosenIds.length);
    const coefficients = tokenMeanCoefficients(
      targets,
      rows.map(({ weight }) => weight),
    );
    return {
      pairs: pairWeights.map((weight) => (total > 0 ? weight / total : 0)),
      nll: coefficients.map((coefficient) => nllWeight * coefficient),
    };
  };
  const referenceOf = (row: EncodedRow): ReferenceLogProbs =>
    references.get(row.row.id) ?? { chosen: 0, rejected: 0 };

  return {
    sequencesPerRow: 2,
    sequences: ({ promptIds, chosenIds, rejectedIds }) => [
      { promptIds, targetIds: chosenIds },
      { promptIds, targetIds: rejectedIds ?? chosenIds },
    ],
    inputShapes: (rows) => ({
      referenceLogRatios: [rows],
      pairWeights: [rows],
      chosenNllCoefficients: [rows],
    }),
    buildLoss: (graph, { rowLogProb, inputs }) =>
      dpoLossGraph(graph, {
        logProbs: rowLogProb,
        referenceLogRatios: inputs.referenceLogRatios,
        pairWeights: inputs.pairWeights,
        chosenNllCoefficients: inputs.chosenNllCoefficients,
        beta,
      }),
    feeds(microBatches, rowsPerMicroBatch) {
      const all = weightsOf(microBatches.flat());
      let taken = 0;
      return microBatches.map((rows) => {
        const feed = {
          referenceLogRatios: new Float32Array(rowsPerMicroBatch),
          pairWeights: new Float32Array(rowsPerMicroBatch),
          chosenNllCoefficients: new Float32Array(rowsPerMicroBatch),
        };
        rows.forEach((row, place) => {
          const { chosen, rejected } = referenceOf(row);
          feed.referenceLogRatios[place] = chosen - rejected;
          feed.pairWeights[place] = all.pairs[taken];
          feed.chosenNllCoefficients[place] = all.nll[taken];
          taken++;
        });
        return feed;
      });
    },
    measure(rows, logProbs) {
      const weights = weightsOf(rows);
      let preference = 0;
      let likelihood = 0;
      let pairs = 0;
      let right = 0;
      let margin = 0;
      rows.forEach((row, place) => {
        const chosen = logProbs[2 * place];
        likelihood -= weights.nll[place] * chosen;
        if (row.rejectedIds === undefined) return;
        const reference = referenceOf(row);
        const pair = dpoLoss(
          [chosen],
          [logProbs[2 * place + 1]],
          [reference.chosen],
          [reference.rejected],
          beta,
        );
        const pairMargin = pair.chosenRewards[0] - pair.rejectedRewards[0];
        preference += weights.pairs[place] * pair.loss;
        margin += pairMargin;
        if (pairMargin > 0) right++;
        pairs++;
      });
      return {
        loss: preference + likelihood,
        metrics: {
          dpoLoss: preference,
          ...(nllWeight > 0 ? { chosenNll: likelihood / nllWeight } : {}),
          ...(pairs > 0 ? { rewardAccuracy: right / pairs, rewardMargin: margin / pairs } : {}),
        },
      };
    },
  };
}
