import { DatasetError } from '@sea-align/core';
import { embeddingTokens, embeddingWidth, type LlavaConfig } from '../config/llava-config.js';
import { roundUp } from '../layers/length-bucket.js';

/** A token sequence: prompt (may hold the family's modality tokens), then the tokens whose likelihood counts. */
export interface SequenceRow {
  promptIds: readonly number[];
  targetIds: readonly number[];
  /** Encoder outputs, [media * tokens * width]; needed exactly when the prompt holds modality tokens. */
  embedding?: Float32Array;
}

/** Shape of one compiled session. */
export interface BatchShape {
  rows: number;
  /** Tokens a row, padded on the right. */
  length: number;
  /** Target places a row. */
  targets: number;
  /** Media in the whole batch. */
  media: number;
}

/** Buckets for rows of these lengths. The last token of a row is only predicted, never read. */
export function batchShape(
  config: LlavaConfig,
  rows: readonly SequenceRow[],
  rowsPerStep: number,
  bucket: number,
): BatchShape {
  const lengths = rows.map((row) => row.promptIds.length + row.targetIds.length - 1);
  const media = rows.reduce((sum, row) => sum + mediaOf(config, row), 0);
  return {
    rows: rowsPerStep,
    length: roundUp(Math.max(1, ...lengths), bucket),
    targets: roundUp(Math.max(1, ...rows.map((row) => row.targetIds.length)), targetBucket),
    media: Math.ceil(media / rowsPerStep) * rowsPerStep,
  };
}

const targetBucket = 8;

/** Feeds of a batch; rows beyond those given are empty: their targets weigh nothing. */
export function batchFeeds(
  config: LlavaConfig,
  rows: readonly SequenceRow[],
  shape: BatchShape,
): Record<string, Int32Array | Float32Array> {
  const { rows: batch, length, targets, media } = shape;
  const mediumElements = embeddingTokens(config) * embeddingWidth(config);
  const inputIds = new Int32Array(batch * length);
  const mergeIndex = Int32Array.from(inputIds, (_, place) => place);
  const embeddings = new Float32Array(media * mediumElements);
  const targetRows = new Int32Array(batch * targets);
  const targetIds = new Int32Array(batch * targets);
  const targetWeights = new Float32Array(batch * targets);
  const rowTargets = new Float32Array(batch);
  let mediaPlace = batch * length;
  let filled = 0;
  rows.forEach((row, at) => {
    const start = at * length;
    row.promptIds.forEach((id, place) => {
      inputIds[start + place] = id;
      if (id === config.imageTokenId) mergeIndex[start + place] = mediaPlace++;
    });
    row.targetIds.slice(0, -1).forEach((id, place) => {
      inputIds[start + row.promptIds.length + place] = id;
    });
    row.targetIds.forEach((id, place) => {
      targetRows[at * targets + place] = start + row.promptIds.length + place - 1;
      targetIds[at * targets + place] = id;
      targetWeights[at * targets + place] = 1;
    });
    rowTargets[at] = row.targetIds.length;
    if (row.embedding) {
      embeddings.set(row.embedding, filled);
      filled += row.embedding.length;
    }
  });
  return {
    input_ids: inputIds,
    target_rows: targetRows,
    target_ids: targetIds,
    target_weights: targetWeights,
    row_targets: rowTargets,
    ...(media > 0 ? { merge_index: mergeIndex, embeddings } : {}),
  };
}

/** @throws DatasetError for a row that no batch can hold */
export function checkRow(config: LlavaConfig, row: SequenceRow, maxLength: number): void {
  const length = row.promptIds.length + row.targetIds.length;
  if (row.promptIds.length === 0)
    throw new DatasetError('A training row needs a prompt of at least one token.');
  if (length > maxLength) {
    throw new DatasetError(`A training row has ${length} tokens, more than the limit of ${maxLength}.`);
  }
  for (const ids of [row.promptIds, row.targetIds]) {
    const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= config.text.vocabSize);
    if (wrong !== undefined) {
      throw new DatasetError(`Token id ${wrong} is outside the vocabulary of ${config.text.vocabSize}.`);
    }
  }
  if (row.targetIds.includes(config.imageTokenId)) throw new DatasetError('A target holds a modality token.');
  mediaOf(config, row);
}

/** Media in a row, from its modality tokens. @throws DatasetError where the embedding does not fit them */
function mediaOf(config: LlavaConfig, row: SequenceRow): number {
  const tokens = embeddingTokens(config);
  const places = row.promptIds.filter((id) => id === config.imageTokenId).length;
  const elements = row.embedding?.length ?? 0;
  if (places % tokens !== 0 || elements !== places * embeddingWidth(config)) {
    throw new DatasetError(
      `A row's prompt holds ${places} modality tokens (${tokens} a medium), its embedding ${elements} values; ` +
        `${places * embeddingWidth(config)} were expected.`,
    );
  }
  return places / tokens;
}
