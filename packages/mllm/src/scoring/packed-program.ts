import {
  Graph,
  concat,
  gather,
  gradients,
  logSoftmax,
  mul,
  neg,
  reshape,
  sum,
  takeLast,
} from '@sea-align/compute';
import { buildDecoder } from '../layers/decoder.js';
import { declareMasks, type DecoderMasks } from '../layers/decoder-masks.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { buildLmHead, embedTokens } from '../layers/word-embeddings.js';
import type { ModelPieces } from '../model-pieces.js';
import type { PackedShape } from './packed-sequence.js';

export interface PackedProgram {
  graph: Graph;
  masks: DecoderMasks;
}

/** Packed rows to branch_nll [rows, branches] and gradient [rows, embedding rows, width] of the mean over branches. */
export function buildPackedProgram(
  { architecture, config, weights }: ModelPieces,
  shape: PackedShape,
): PackedProgram {
  const { rows, prefix, geometry, suffix, branches, targets } = shape;
  const { text } = config;
  const { tokens } = geometry;
  const length = tokens + suffix;
  const graph = new Graph();
  const source = new FrozenParameters(graph, weights);
  const embeddings = graph.input('embeddings', [rows, geometry.rows, geometry.width]);
  const projected = reshape(architecture.buildProjector(graph, config, source, geometry, embeddings), [
    rows,
    tokens,
    text.hiddenSize,
  ]);
  const words = embedTokens(config, source, graph.input('suffix_ids', [rows * suffix], 'int32'));
  const joined = concat([projected, reshape(words, [rows, suffix, text.hiddenSize])], 1);
  const masks = declareMasks(graph, text, [rows, length, prefix + length], prefix + length);
  const cached = [1, text.numKeyValueHeads, prefix, text.headDim];
  const decoded = buildDecoder(graph, config, source, {
    inputsEmbeds: reshape(joined, [rows * length, text.hiddenSize]),
    batch: rows,
    cos: graph.input('cos', [rows, 1, length, text.headDim]),
    sin: graph.input('sin', [rows, 1, length, text.headDim]),
    mask: masks.mask,
    past:
      prefix === 0
        ? undefined
        : Array.from({ length: text.numHiddenLayers }, (_, layer) => ({
            key: graph.input(`past_key.${layer}`, cached),
            value: graph.input(`past_value.${layer}`, cached),
          })),
  });
  const places = rows * branches * targets;
  const atTargets = gather(decoded.finalNorm, graph.input('target_rows', [places], 'int32'));
  const logProbs = logSoftmax(buildLmHead(config, source, atTargets));
  const picked = takeLast(logProbs, graph.input('target_ids', [places], 'int32'));
  const weighted = mul(picked, graph.input('target_weights', [places]));
  const branchNll = neg(sum(reshape(weighted, [rows, branches, targets]), [2]));
  graph.output('branch_nll', branchNll);
  const [gradient] = gradients(mul(sum(branchNll), 1 / branches), [embeddings]);
  graph.output('gradient', gradient);
  return { graph, masks };
}
