import {
  add,
  concat,
  type Graph,
  logSoftmax,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
} from '@sea-align/compute';
import { ConfigError } from '@sea-align/core';

/** The DPO loss of a batch of preference pairs. */
export interface DpoLoss {
  /** Mean over the pairs, nats. */
  loss: number;
  /** d loss / d log-probability of the policy, one entry a pair. */
  gradient: { policyChosen: number[]; policyRejected: number[] };
  /** beta (log pi - log pi_ref) of the chosen answers: the implicit reward. */
  chosenRewards: number[];
  rejectedRewards: number[];
}

/**
 * Direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290, equation 7), sigmoid loss as in torchtune's
 * DPOLoss and TRL's `loss_type="sigmoid"` without label smoothing:
 *
 *     L = -mean_i log sigmoid(beta h_i),   h_i = (log pi(y_c) - log pi(y_r)) - (log ref(y_c) - log ref(y_r))
 *     dL / d log pi(y_c)_i = -beta sigmoid(-beta h_i) / n = -dL / d log pi(y_r)_i
 *
 * @param policyChosen sequence log-likelihoods of the chosen answers under the model in training, nats; n pairs
 * @param policyRejected of the rejected answers
 * @param refChosen of the chosen answers under the model before training
 * @param refRejected of the rejected answers
 * @param beta strength of the pull towards the reference, > 0
 * @throws ConfigError when the lists differ in length or beta is not positive
 */
export function dpoLoss(
  policyChosen: ArrayLike<number>,
  policyRejected: ArrayLike<number>,
  refChosen: ArrayLike<number>,
  refRejected: ArrayLike<number>,
  beta: number,
): DpoLoss {
  const pairs = policyChosen.length;
  if ([policyRejected, refChosen, refRejected].some(({ length }) => length !== pairs) || !(beta > 0)) {
    throw new ConfigError('dpoLoss needs four lists of one length and a positive beta.');
  }
  const result: DpoLoss = {
    loss: 0,
    gradient: { policyChosen: [], policyRejected: [] },
    chosenRewards: [],
    rejectedRewards: [],
  };
  for (let pair = 0; pair < pairs; pair++) {
    const chosenReward = beta * (policyChosen[pair] - refChosen[pair]);
    const rejectedReward = beta * (policyRejected[pair] - refRejected[pair]);
    const margin = chosenReward - rejectedReward;
    const slope = (beta * sigmoid(-margin)) / pairs;
    result.loss -= logSigmoid(margin) / pairs;
    result.gradient.policyChosen.push(-slope);
    result.gradient.policyRejected.push(slope);
    result.chosenRewards.push(chosenReward);
    result.rejectedRewards.push(rejectedReward);
  }
  return result;
}

/** Inputs of dpoLossGraph; P = pairs in the micro-batch. */
export interface DpoGraphInputs {
  /** Shape `[2P]`: chosen and rejected of the first pair, of the second, … */
  logProbs: Tensor;
  /** [P] log ref(y_c) - log ref(y_r). */
  referenceLogRatios: Tensor;
  /** [P] weight of each pair over the sum of weights in the whole step; 0 in rows without a rejected answer. */
  pairWeights: Tensor;
  /** [P] weight of the chosen-NLL term times the row's token-mean coefficient over the whole step. */
  chosenNllCoefficients: Tensor;
  beta: number;
}

/**
 * dpoLoss as a graph, with the optional chosen-NLL term of Pang et al. 2024 (iterative RPO, arXiv 2404.19733), averaged
 * over tokens as TRL's `rpo_alpha` does:
 *
 *     L = -sum_i p_i log sigmoid(beta h_i) - sum_i c_i log pi(y_c)_i
 *
 * @returns this micro-batch's share of the loss, a scalar
 */
export function dpoLossGraph(graph: Graph, inputs: DpoGraphInputs): Tensor {
  const { logProbs, referenceLogRatios, pairWeights, chosenNllCoefficients, beta } = inputs;
  const pairs = referenceLogRatios.shape[0];
  const byPair = reshape(logProbs, [pairs, 2]);
  const chosen = reshape(slice(byPair, 1, 0, 1), [pairs]);
  const rejected = reshape(slice(byPair, 1, 1, 2), [pairs]);
  const margins = mul(sub(sub(chosen, rejected), referenceLogRatios), beta);
  const preference = sum(mul(pairWeights, logSigmoidGraph(graph, margins)), [0]);
  const likelihood = sum(mul(chosenNllCoefficients, chosen), [0]);
  return neg(add(preference, likelihood));
}

/**
 * log sigmoid(z) = logSoftmax([z, 0])[0]: neither end overflows, and the gradient has no kink at 0, where every DPO run
 * starts.
 */
function logSigmoidGraph(graph: Graph, z: Tensor): Tensor {
  const count = z.shape[0];
  const zeros = graph.constant(new Float32Array(count), [count, 1]);
  return reshape(slice(logSoftmax(concat([reshape(z, [count, 1]), zeros], 1)), 1, 0, 1), [count]);
}

/** log(1 / (1 + e^-z)) without overflow. */
function logSigmoid(z: number): number {
  return Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));
}

function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}
