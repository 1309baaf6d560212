import { Graph, gradients, mul, sum, type Tensor } from '@sea-align/compute';
import { FrozenParameters } from '../layers/parameter-source.js';
import type { ModelPieces } from '../model-pieces.js';
import { buildPackedEnd, buildPackedStart, packedLayers } from './packed-parts.js';
import type { PackedShape } from './packed-sequence.js';

/** Packed rows to branch_nll [rows, branches] and gradient [rows, embedding rows, width] of the mean over branches. */
export function buildPackedProgram(model: ModelPieces, shape: PackedShape): Graph {
  const graph = new Graph();
  const part = { graph, model, shape, source: new FrozenParameters(graph, model.weights) };
  const { embeddings, hidden: first } = buildPackedStart(part);
  const buildLayer = packedLayers(part, true);
  let hidden = first;
  for (let layer = 0; layer < model.config.text.numHiddenLayers; layer++)
    hidden = buildLayer(layer, hidden).hidden;
  const branchNll = buildPackedEnd(part, hidden);
  graph.output('branch_nll', branchNll);
  graph.output('gradient', meanGradient(branchNll, embeddings));
  return graph;
}

/** Gradient of the mean over branches of branch_nll [rows, branches] with respect to `to`. */
export function meanGradient(branchNll: Tensor, to: Tensor): Tensor {
  return gradients(mul(sum(branchNll), 1 / branchNll.shape[1]), [to])[0];
}
