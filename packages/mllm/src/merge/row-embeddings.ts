import type { Graph, Tensor } from '@sea-align/compute';
import type { ParameterSource } from '../layers/parameter-source.js';
import { embedTokens, mergeEmbeddings } from '../layers/word-embeddings.js';
import type { ModelPieces } from '../model-pieces.js';
import { embeddingsInput, type RowShape } from './row-layout.js';

/** The decoder's input of a batch of rows, and the encoder outputs that went into it. */
export interface RowEmbeddings {
  /** [rows * length, text width]. */
  inputsEmbeds: Tensor;
  /** Per media group of the shape, [count, rows, width]. */
  embeddings: Tensor[];
}

/** The graph side of `layoutRows`: declares its feeds, projects the media and puts them in their places. */
export function buildRowEmbeddings(
  graph: Graph,
  { architecture, config }: Pick<ModelPieces, 'architecture' | 'config'>,
  source: ParameterSource,
  shape: RowShape,
): RowEmbeddings {
  const places = shape.rows * shape.length;
  const words = embedTokens(config, source, graph.input('input_ids', [places], 'int32'));
  if (shape.media.length === 0) return { inputsEmbeds: words, embeddings: [] };
  const embeddings = shape.media.map(({ geometry, count }, group) =>
    graph.input(embeddingsInput(group), [count, geometry.rows, geometry.width]),
  );
  const projected = shape.media.map(({ geometry }, group) =>
    architecture.buildProjector(graph, config, source, geometry, embeddings[group]),
  );
  const mergeIndex = graph.input('merge_index', [places], 'int32');
  return { inputsEmbeds: mergeEmbeddings(words, projected, mergeIndex), embeddings };
}
