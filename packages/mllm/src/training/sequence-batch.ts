import { DatasetError } from '@sea-align/core';
import { nextRung, roundUp } from '../layers/length-bucket.js';
import { layoutRows, mediaGroups, type RowShape } from '../merge/row-layout.js';
import { mediaPlaces, type RowMedia, type TokenRow } from '../merge/token-row.js';
import type { ModelPieces } from '../model-pieces.js';

/** A token sequence: prompt (may hold the family's modality tokens), then the tokens whose likelihood counts. */
export interface SequenceRow {
  promptIds: readonly number[];
  targetIds: readonly number[];
  /** Encoder outputs in the order of their placeholders; needed exactly when the prompt holds modality tokens. */
  embedding?: RowMedia;
}

/** Shape of one compiled session: rows padded on the right. */
export interface BatchShape extends RowShape {
  /** Target places a row. */
  targets: number;
}

/** Buckets for rows of these lengths: few, so that few sessions are compiled. The last token of a row is only predicted, never read. */
export function batchShape(rows: readonly SequenceRow[], rowsPerStep: number, bucket?: number): BatchShape {
  const lengths = rows.map((row) => row.promptIds.length + row.targetIds.length - 1);
  const longest = Math.max(1, ...lengths);
  return {
    rows: rowsPerStep,
    length: bucket === undefined ? nextRung(longest) : roundUp(longest, bucket),
    targets: 2 ** Math.max(3, Math.ceil(Math.log2(Math.max(1, ...rows.map((row) => row.targetIds.length))))),
    media: mediaGroups(rows.map(tokenRow), rowsPerStep),
  };
}

/** Feeds of a batch; rows beyond those given are empty: their targets weigh nothing. */
export function batchFeeds(
  placeholderIds: readonly number[],
  rows: readonly SequenceRow[],
  shape: BatchShape,
): Record<string, Int32Array | Float32Array> {
  const { rows: batch, length, targets } = shape;
  const targetRows = Int32Array.from(
    { length: batch * targets },
    (_, at) => Math.floor(at / targets) * length,
  );
  const targetIds = new Int32Array(batch * targets);
  const targetWeights = new Float32Array(batch * targets);
  const rowTargets = new Float32Array(batch);
  rows.forEach((row, at) => {
    rowTargets[at] = row.targetIds.length;
    row.targetIds.forEach((id, place) => {
      targetRows[at * targets + place] = at * length + row.promptIds.length + place - 1;
      targetIds[at * targets + place] = id;
      targetWeights[at * targets + place] = 1;
    });
  });
  return {
    ...layoutRows(placeholderIds, rows.map(tokenRow), shape),
    target_rows: targetRows,
    target_ids: targetIds,
    target_weights: targetWeights,
    row_targets: rowTargets,
  };
}

/** What the decoder reads: all but the last token, which is only predicted. */
export function tokenRow({ promptIds, targetIds, embedding }: SequenceRow): TokenRow {
  return { ids: [...promptIds, ...targetIds.slice(0, -1)], embedding };
}

/** @throws DatasetError for a row that no batch can hold, EngineError where its embedding does not fit its prompt */
export function checkRow({ config, placeholderIds }: ModelPieces, row: SequenceRow, maxLength: number): void {
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
  if (row.targetIds.some((id) => placeholderIds.includes(id))) {
    throw new DatasetError('A target holds a modality token.');
  }
  mediaPlaces(tokenRow(row), placeholderIds);
}
