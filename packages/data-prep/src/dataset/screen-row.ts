import type { Rejection, RejectionCode } from '../extraction/extraction.js';
import { cleanText, findSpecialToken } from '../text/clean-text.js';
import type { MappedRow } from './dataset-formats.js';

/** Longest texts that are taken, in characters after cleaning. */
export interface LengthLimits {
  instruction: number;
  response: number;
}

export const defaultLimits: LengthLimits = { instruction: 2000, response: 8000 };

const faulty = (code: RejectionCode, detail: string): { fault: Rejection } => ({ fault: { code, detail } });

/**
 * The row with clean texts, or why it cannot be used: empty, too long, or with a chat or modality marker that a model's
 * template would obey.
 */
export function screenRow<Row extends MappedRow>(
  row: Row,
  limits: LengthLimits,
): { row: Row } | { fault: Rejection } {
  const clean: Row = { ...row, instruction: cleanText(row.instruction) };
  if (clean.instruction === '') return faulty('empty-instruction', 'the instruction is empty');
  if (clean.instruction.length > limits.instruction) {
    const detail = `the instruction has ${clean.instruction.length} characters, ${limits.instruction} are allowed`;
    return faulty('instruction-too-long', detail);
  }
  for (const field of ['response', 'chosen', 'rejected'] as const) {
    const text = row[field];
    if (text === undefined) continue;
    const cleaned = cleanText(text);
    clean[field] = cleaned;
    if (cleaned === '') return faulty('empty-response', `${field} is empty`);
    if (cleaned.length > limits.response) {
      const detail = `${field} has ${cleaned.length} characters, ${limits.response} are allowed`;
      return faulty('response-too-long', detail);
    }
  }
  for (const field of ['instruction', 'response', 'chosen', 'rejected'] as const) {
    const token = findSpecialToken(clean[field] ?? '');
    if (token !== undefined)
      return faulty('special-token', `${field} holds the marker ${JSON.stringify(token)}`);
  }
  if (row.phrase !== undefined) {
    const phrase = cleanText(row.phrase);
    if (phrase === '') delete clean.phrase;
    else clean.phrase = phrase;
  }
  return { row: clean };
}
