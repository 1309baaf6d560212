import { Graph, gradients, logSoftmax, mul, reshape, sum, takeLast, type Tensor } from '@sea-align/compute';
import { buildDecoder } from '../layers/decoder.js';
import { declareCausalRows, type CausalRows } from '../layers/causal-rows.js';
import { buildLmHead } from '../layers/word-embeddings.js';
import { buildRowEmbeddings } from '../merge/row-embeddings.js';
import type { ModelPieces } from '../model-pieces.js';
import type { BatchShape } from './sequence-batch.js';
import { TrainableParameters } from './trainable-parameters.js';
import type { TrainableSpec } from './trainable-spec.js';

/** What a loss is built from. B = rowsPerStep; rows missing in a step are empty: log-prob 0, count 0. */
export interface LossRows {
  /** [B] sum of the target tokens' log-probabilities. */
  rowLogProb: Tensor;
  /** [B] number of target tokens, float32. */
  rowTargets: Tensor;
  /** The tensors of `extraInputs`. */
  inputs: Record<string, Tensor>;
}

/** The loss of a training graph; absent for scoring. */
export interface LossSpec {
  buildLoss: (graph: Graph, rows: LossRows) => Tensor;
  extraInputs: Readonly<Record<string, readonly number[]>>;
}

export interface SequenceProgram {
  graph: Graph;
  /** Trainable tensors that the graph reads. */
  trainable: readonly string[];
  /** Positions and masks. */
  feeds: CausalRows['feeds'];
}

/** Graph of a right-padded batch: log-prob per row and, with a loss, the loss and its gradients. */
export function buildSequenceProgram(
  model: ModelPieces,
  spec: TrainableSpec,
  shapes: ReadonlyMap<string, readonly number[]>,
  shape: BatchShape,
  loss?: LossSpec,
): SequenceProgram {
  const { config } = model;
  const { rows, length, targets } = shape;
  const graph = new Graph();
  const source = new TrainableParameters(graph, shapes, spec, model);
  const { inputsEmbeds } = buildRowEmbeddings(graph, model, source, shape);
  const { feeds, wanted, ...causal } = declareCausalRows(graph, config, rows, length);
  const decoded = buildDecoder(graph, config, source, {
    inputsEmbeds,
    batch: rows,
    ...causal,
    wanted: wanted(graph.input('target_rows', [rows * targets], 'int32')),
  });
  const logProbs = logSoftmax(buildLmHead(config, source, decoded.finalNorm));
  const picked = takeLast(logProbs, graph.input('target_ids', [rows * targets], 'int32'));
  const weighted = mul(reshape(picked, [rows, targets]), graph.input('target_weights', [rows, targets]));
  const rowLogProb = sum(weighted, [1]);
  graph.output('row_log_prob', rowLogProb);
  if (loss !== undefined) addLoss(loss);

  return { graph, trainable: [...source.used.keys()], feeds };

  function addLoss({ buildLoss, extraInputs }: LossSpec): void {
    const inputs = Object.fromEntries(
      Object.entries(extraInputs).map(([name, extents]) => [
        name,
        graph.input(extraInputName(name), extents),
      ]),
    );
    const rowTargets = graph.input('row_targets', [rows]);
    const value = reshape(buildLoss(graph, { rowLogProb, rowTargets, inputs }), []);
    graph.output('loss', value);
    const names = [...source.used.keys()];
    gradients(value, [...source.used.values()]).forEach((gradient, at) => {
      graph.output(gradientName(names[at]), gradient);
    });
  }
}

/** Apart from the names of weights and of the batch. */
export function extraInputName(name: string): string {
  return `extra.${name}`;
}

export function gradientName(parameter: string): string {
  return `grad.${parameter}`;
}
