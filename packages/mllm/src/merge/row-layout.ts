import { EngineError } from '@sea-align/core';
import { embeddingTokens, embeddingWidth, type LlavaConfig } from '../config/llava-config.js';

/** A row of tokens whose modality tokens stand for `embedding`, [media * tokens * width]. */
export interface TokenRow {
  ids: readonly number[];
  embedding?: Float32Array;
}

/** Feeds of right-padded rows with expanded modality tokens. */
export interface RowFeeds {
  /** [rows * length]. */
  input_ids: Int32Array;
  /** [rows * length]; absent without media. */
  merge_index?: Int32Array;
  /** [media, tokens, width]; absent without media. */
  embeddings?: Float32Array;
}

/** Media in a row. @throws EngineError where the modality tokens and the embedding do not fit each other */
export function mediaOf(config: LlavaConfig, { ids, embedding }: TokenRow): number {
  const tokens = embeddingTokens(config);
  let places = 0;
  for (const id of ids) if (id === config.imageTokenId) places++;
  const elements = embedding?.length ?? 0;
  if (places % tokens !== 0 || elements !== places * embeddingWidth(config)) {
    throw new EngineError(
      `A row holds ${places} modality tokens (${tokens} a medium) and an embedding of ${elements} values; ` +
        `${places * embeddingWidth(config)} values were expected.`,
      { code: 'SEA_MODALITY_TOKENS' },
    );
  }
  return places / tokens;
}

/** Lays rows out; rows and media beyond those given stay zero. */
export function layoutRows(
  config: LlavaConfig,
  rows: readonly TokenRow[],
  shape: { rows: number; length: number; media: number },
): RowFeeds {
  const inputIds = new Int32Array(shape.rows * shape.length);
  rows.forEach((row, at) => inputIds.set(row.ids, at * shape.length));
  if (shape.media === 0) return { input_ids: inputIds };
  const embeddings = new Float32Array(shape.media * embeddingTokens(config) * embeddingWidth(config));
  const mergeIndex = Int32Array.from(inputIds, (_, place) => place);
  let medium = inputIds.length;
  let filled = 0;
  rows.forEach(({ ids, embedding }, at) => {
    ids.forEach((id, place) => {
      if (id === config.imageTokenId) mergeIndex[at * shape.length + place] = medium++;
    });
    if (embedding === undefined) return;
    embeddings.set(embedding, filled);
    filled += embedding.length;
  });
  return { input_ids: inputIds, merge_index: mergeIndex, embeddings };
}
