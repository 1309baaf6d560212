import type { Graph, Tensor } from '@sea-align/compute';
import { embeddingTokens, embeddingWidth, type LlavaConfig } from '../config/llava-config.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import { buildProjector } from '../layers/projector.js';
import { embedTokens, mergeEmbeddings } from '../layers/word-embeddings.js';

/** The graph side of `layoutRows`: declares its feeds and gives the decoder's input, [rows * length, text width]. */
export function buildRowEmbeddings(
  graph: Graph,
  config: LlavaConfig,
  source: ParameterSource,
  shape: { rows: number; length: number; media: number },
): Tensor {
  const places = shape.rows * shape.length;
  const words = embedTokens(config, source, graph.input('input_ids', [places], 'int32'));
  if (shape.media === 0) return words;
  const embeddings = graph.input('embeddings', [
    shape.media,
    embeddingTokens(config),
    embeddingWidth(config),
  ]);
  const mergeIndex = graph.input('merge_index', [places], 'int32');
  return mergeEmbeddings(words, [buildProjector(config, source, embeddings)], mergeIndex);
}
