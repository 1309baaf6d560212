import { Graph } from '@sea-align/compute';
import { buildDecoder } from '../layers/decoder.js';
import { declareMasks, type DecoderMasks } from '../layers/decoder-masks.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { buildLmHead, embedTokens } from '../layers/word-embeddings.js';
import type { ModelPieces } from '../model-pieces.js';

export interface DecodeProgram {
  graph: Graph;
  masks: DecoderMasks;
}

/**
 * One more token a row, behind `capacity` cached places (feeds `past_key.<layer>`, `past_value.<layer>`), to logits and the
 * token's own `key.<layer>` and `value.<layer>`.
 */
export function buildDecode({ config, weights }: ModelPieces, rows: number, capacity: number): DecodeProgram {
  const { text } = config;
  const graph = new Graph();
  const source = new FrozenParameters(graph, weights);
  const masks = declareMasks(graph, text, [rows, 1, capacity + 1], capacity + 1);
  const cached = [rows, text.numKeyValueHeads, capacity, text.headDim];
  const decoded = buildDecoder(graph, config, source, {
    inputsEmbeds: embedTokens(config, source, graph.input('input_ids', [rows], 'int32')),
    batch: rows,
    cos: graph.input('cos', [rows, 1, 1, text.headDim]),
    sin: graph.input('sin', [rows, 1, 1, text.headDim]),
    mask: masks.mask,
    past: (layer) => ({
      key: graph.input(`past_key.${layer}`, cached),
      value: graph.input(`past_value.${layer}`, cached),
    }),
  });
  graph.output('logits', buildLmHead(config, source, decoded.finalNorm));
  decoded.present.forEach(({ key, value }, layer) => {
    graph.output(`key.${layer}`, key);
    graph.output(`value.${layer}`, value);
  });
  return { graph, masks };
}
