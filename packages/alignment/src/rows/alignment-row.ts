import type { Embedding } from '@sea-align/mllm';
import { z } from 'zod';

/** Where an encoder output lies: `tensor` of the safetensors `file`, as [rows, width] or flat. */
export interface TensorReference {
  file: string;
  tensor: string;
  /** Key of the medium's geometry in its model; absent: the model's default. */
  geometry?: string;
}

/** Whether an embedding is in memory. */
export function inMemory(embedding: Embedding | TensorReference): embedding is Embedding {
  return 'values' in embedding;
}

/**
 * One row of D_M, or a row mixed into it.
 *
 * SFT trains on `response`, or on `chosen` where there is no response; DPO on `chosen` (or `response`) against
 * `rejected`. A row without `rejected` counts in DPO through the chosen-NLL term only: that is how plain retention
 * rows join a DPO run.
 */
export interface AlignmentRow {
  /** Unique in the dataset. */
  id: string;
  /** What the row comes from. Rows of one sample (its text, its embeddings) stay on one side of the validation split. */
  sampleId: string;
  /** The user's turn: x_M where there is an embedding, plain text else. */
  question: string;
  /** Encoder output E, before the projector; absent in a text row. */
  embedding?: Embedding | TensorReference;
  response?: string;
  chosen?: string;
  rejected?: string;
  /** True where the wanted answer is a refusal; false in retention rows. */
  harmful: boolean;
  /** True in a row that only keeps an ability (captions, styles): a group of its own, whatever it is asked about. */
  retention?: boolean;
  /** Where the embedding comes from; `text` has none. */
  origin: 'text' | 'synthetic' | 'real';
  /** Weight in the loss, 1 by default. */
  weight?: number;
}

/** What batch composition counts: is there an embedding, and is a refusal wanted; retention rows apart. */
export type RowGroup = 'textHarmful' | 'textHarmless' | 'mediumHarmful' | 'mediumHarmless' | 'retention';

export const rowGroups: readonly RowGroup[] = [
  'textHarmful',
  'textHarmless',
  'mediumHarmful',
  'mediumHarmless',
  'retention',
];

/** The group of a row. */
export function groupOf(row: Pick<AlignmentRow, 'embedding' | 'harmful' | 'retention'>): RowGroup {
  if (row.retention === true) return 'retention';
  if (row.embedding === undefined) return row.harmful ? 'textHarmful' : 'textHarmless';
  return row.harmful ? 'mediumHarmful' : 'mediumHarmless';
}

/** An AlignmentRow as it is stored: its embedding is a reference, `file` relative to the dataset folder. */
export const storedRowSchema = z.strictObject({
  id: z.string().min(1),
  sampleId: z.string().min(1),
  question: z.string().min(1),
  embedding: z
    .strictObject({
      file: z.string().min(1),
      tensor: z.string().min(1),
      geometry: z.string().min(1).optional(),
    })
    .optional(),
  response: z.string().min(1).optional(),
  chosen: z.string().min(1).optional(),
  rejected: z.string().min(1).optional(),
  harmful: z.boolean(),
  retention: z.boolean().optional(),
  origin: z.enum(['text', 'synthetic', 'real']),
  weight: z.number().positive().optional(),
});
export type StoredRow = z.infer<typeof storedRowSchema>;

/** The answer that SFT trains on and DPO prefers: undefined where the row has none. */
export function preferredAnswer(row: AlignmentRow, method: 'sft' | 'dpo'): string | undefined {
  return method === 'sft' ? (row.response ?? row.chosen) : (row.chosen ?? row.response);
}
