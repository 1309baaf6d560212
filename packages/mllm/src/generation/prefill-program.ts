import { Graph, gather, type TypedArray } from '@sea-align/compute';
import { buildDecoder } from '../layers/decoder.js';
import { declareMasks } from '../layers/decoder-masks.js';
import { FrozenParameters } from '../layers/parameter-source.js';
import { rotaryTables } from '../layers/rotary.js';
import { buildLmHead } from '../layers/word-embeddings.js';
import { buildRowEmbeddings } from '../merge/row-embeddings.js';
import type { ModelPieces } from '../model-pieces.js';

export interface PrefillShape {
  rows: number;
  length: number;
  media: number;
}

export interface PrefillProgram {
  graph: Graph;
  fixedFeeds: Record<string, TypedArray>;
}

/**
 * Right-padded prompts to the logits behind one place of each row (feed `last_places`, flat) and, if asked for, keys and
 * values of every layer: `key.<layer>`, `value.<layer>`, [rows, key/value heads, length, headDim].
 */
export function buildPrefill(
  { config, weights }: ModelPieces,
  shape: PrefillShape,
  keepKeys: boolean,
): PrefillProgram {
  const { rows, length } = shape;
  const { text } = config;
  const graph = new Graph();
  const source = new FrozenParameters(graph, weights);
  const masks = declareMasks(graph, text, [1, length, length], length);
  const decoded = buildDecoder(graph, text, source, {
    inputsEmbeds: buildRowEmbeddings(graph, config, source, shape),
    batch: rows,
    cos: graph.input('cos', [1, 1, length, text.headDim]),
    sin: graph.input('sin', [1, 1, length, text.headDim]),
    mask: masks.mask,
  });
  const last = gather(decoded.finalNorm, graph.input('last_places', [rows], 'int32'));
  graph.output('logits', buildLmHead(config, source, last));
  if (keepKeys) {
    decoded.present.forEach(({ key, value }, layer) => {
      graph.output(`key.${layer}`, key);
      graph.output(`value.${layer}`, value);
    });
  }
  const positions = Array.from({ length }, (_, position) => position);
  const causal = masks.feeds(
    (_row, query, key) => key <= query,
    (_row, query, key) => query - key,
  );
  return { graph, fixedFeeds: { ...rotaryTables(text, positions), ...causal } };
}
