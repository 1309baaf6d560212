import { mul, neg, sum, type Tensor } from '@sea-align/compute';

/** A loss and its gradient with respect to the log-probabilities it was computed from. */
export interface SftLoss {
  /** Mean negative log-likelihood per target token, nats. */
  loss: number;
  /** d loss / d logProbs, one entry a row. */
  gradient: number[];
}

/**
 * Supervised fine-tuning loss of a batch of rows: the mean negative log-likelihood per target token,
 *
 *     L = - sum_i w_i log Pr(y_i | x_i) / sum_i w_i |y_i|
 *
 * the loss of torchtune's and Hugging Face's SFT recipes (cross-entropy averaged over all unmasked tokens of the
 * batch), with row weights w_i.
 *
 * @param logProbs sequence log-likelihoods log Pr(y_i | x_i): sums over the target tokens, nats
 * @param targets numbers of target tokens |y_i|, end-of-sequence token included
 * @param weights w_i, default 1
 */
export function sftLoss(
  logProbs: ArrayLike<number>,
  targets: ArrayLike<number>,
  weights?: ArrayLike<number>,
): SftLoss {
  const coefficients = tokenMeanCoefficients(targets, weights);
  let loss = 0;
  for (let row = 0; row < coefficients.length; row++) loss -= coefficients[row] * logProbs[row];
  return { loss, gradient: coefficients.map((coefficient) => -coefficient) };
}

/**
 * w_i / sum_j w_j |y_j|: what each row's log-likelihood is multiplied with in a mean over tokens. Computed over a whole
 * step, so that a step cut into micro-batches gives the very same loss and gradient.
 */
export function tokenMeanCoefficients(targets: ArrayLike<number>, weights?: ArrayLike<number>): number[] {
  let tokens = 0;
  for (let row = 0; row < targets.length; row++) tokens += (weights?.[row] ?? 1) * targets[row];
  return Array.from({ length: targets.length }, (_, row) =>
    tokens > 0 ? (weights?.[row] ?? 1) / tokens : 0,
  );
}

/**
 * sftLoss as a graph: -sum_i c_i log Pr(y_i | x_i).
 *
 * @param logProbs [B]
 * @param coefficients [B], from tokenMeanCoefficients over the whole step; 0 in rows that do not count
 * @returns this micro-batch's share of the loss, a scalar
 */
export function sftLossGraph(logProbs: Tensor, coefficients: Tensor): Tensor {
  return neg(sum(mul(coefficients, logProbs), [0]));
}
