import { ConfigError, DatasetError } from '@sea-align/core';
import type { MultimodalModel } from '@sea-align/mllm';

import type { AlignmentMethod } from '../options.js';
import { type AlignmentRow, preferredAnswer } from '../rows/alignment-row.js';
import { geometryOf } from '../rows/embedding-reader.js';

/** A row as token ids. */
export interface EncodedRow {
  row: AlignmentRow;
  /** Chat template with the question and, in a medium row, the expanded modality tokens. */
  promptIds: number[];
  /** The answer to learn: SFT's response, DPO's chosen one. */
  chosenIds: number[];
  /** DPO only; undefined in rows that count through the chosen-NLL term alone. */
  rejectedIds?: number[];
  weight: number;
}

/** What encoding needs of a model. */
export type PromptEncoder = Pick<MultimodalModel, 'prompt' | 'answerIds' | 'geometry' | 'geometryOf'>;

/**
 * Token ids of every row.
 *
 * @param maxLength longest row, prompt and answer together
 * @throws DatasetError naming the row that lacks an answer, is too long or has the id of another; ConfigError when DPO has no pair at all
 */
export function encodeRows(
  model: PromptEncoder,
  rows: readonly AlignmentRow[],
  method: AlignmentMethod,
  limits: { maxLength: number; nllWeight: number },
): EncodedRow[] {
  if (method === 'dpo' && rows.every(({ rejected }) => rejected === undefined)) {
    throw new ConfigError('DPO needs rows with a chosen and a rejected answer; none has a rejected one.', {
      hint: 'Use method sft, or a dataset with `chosen` and `rejected`.',
    });
  }
  const ids = new Set<string>();
  return rows.map((row) => {
    if (ids.has(row.id)) {
      throw new DatasetError(`two rows have the id "${row.id}"`, {
        field: 'id',
        hint: 'Give every row its own id.',
      });
    }
    ids.add(row.id);
    const chosen = preferredAnswer(row, method);
    if (chosen === undefined) {
      throw new DatasetError(`the row "${row.id}" has no answer to learn`, { field: 'response' });
    }
    if (method === 'dpo' && row.rejected === undefined && limits.nllWeight === 0) {
      throw new DatasetError(
        `the row "${row.id}" has no rejected answer, and plain DPO learns from pairs only`,
        {
          field: 'rejected',
          hint: 'Give it one, leave the row out, or set nllWeight above 0.',
        },
      );
    }
    const medium = geometryOf(model, row);
    const { ids: promptIds } = model.prompt({ question: row.question, medium });
    const encoded: EncodedRow = {
      row,
      promptIds,
      chosenIds: model.answerIds(chosen),
      weight: row.weight ?? 1,
    };
    if (method === 'dpo' && row.rejected !== undefined) encoded.rejectedIds = model.answerIds(row.rejected);
    const length = promptIds.length + Math.max(encoded.chosenIds.length, encoded.rejectedIds?.length ?? 0);
    if (length > limits.maxLength) {
      throw new DatasetError(
        `the row "${row.id}" is ${length} tokens long; at most ${limits.maxLength} are allowed`,
        {
          hint: 'Shorten its answer, or raise maxLength up to what the model can take.',
        },
      );
    }
    return encoded;
  });
}
