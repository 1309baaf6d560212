import { Graph } from '@sea-align/compute';
import { buildDecoder } from '../layers/decoder.js';
import { declareCausalRows, type CausalRows } from '../layers/causal-rows.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { buildLmHead } from '../layers/word-embeddings.js';
import { buildRowEmbeddings } from '../merge/row-embeddings.js';
import type { RowShape } from '../merge/row-layout.js';
import type { ModelPieces } from '../model-pieces.js';

export interface PrefillProgram {
  graph: Graph;
  /** Positions and masks. */
  feeds: CausalRows['feeds'];
}

/**
 * Right-padded prompts to the logits behind one place of each row (feed `last_places`, flat, each in its own row) and, if asked for, keys and
 * values of every layer: `key.<layer>`, `value.<layer>`, [rows, key/value heads, length, headDim].
 */
export function buildPrefill(model: ModelPieces, shape: RowShape, keepKeys: boolean): PrefillProgram {
  const { config, weights } = model;
  const { rows, length } = shape;
  const graph = new Graph();
  const source = new FrozenParameters(graph, weights);
  const { feeds, wanted, ...causal } = declareCausalRows(graph, config, rows, length);
  const decoded = buildDecoder(graph, config, source, {
    inputsEmbeds: buildRowEmbeddings(graph, model, source, shape).inputsEmbeds,
    batch: rows,
    ...causal,
    wanted: wanted(graph.input('last_places', [rows], 'int32')),
  });
  graph.output('logits', buildLmHead(config, source, decoded.finalNorm));
  if (keepKeys) {
    decoded.present.forEach(({ key, value }, layer) => {
      graph.output(`key.${layer}`, key);
      graph.output(`value.${layer}`, value);
    });
  }
  return { graph, feeds };
}
