import type { PreparedSample, Rng } from '@sea-align/core';
import type { DatasetRow } from '../dataset/dataset-reader.js';
import { screenRow, type LengthLimits } from '../dataset/screen-row.js';
import type { Extraction, ExtractionRequest, RejectionCode } from '../extraction/extraction.js';
import { controlSamples, verificationChecks } from '../habits/control-samples.js';
import type { Habits } from '../habits/habits.js';
import type { Outcome } from './prepare-log.js';

/** A row set aside, as it was in the file. */
export function rejectedOutcome({ id, line, raw }: DatasetRow, code: RejectionCode, detail: string): Outcome {
  return { type: 'rejected', line, code, row: { id, line, reason: `${code}: ${detail}`, row: raw } };
}

/** Looks at a row before any extractor does: the clean row, or its rejection. */
export function screened(row: DatasetRow, limits: LengthLimits): { row: DatasetRow } | { outcome: Outcome } {
  const { rejection } = row;
  if (rejection !== undefined) return { outcome: rejectedOutcome(row, rejection.code, rejection.detail) };
  const screening = screenRow(row, limits);
  return 'fault' in screening
    ? { outcome: rejectedOutcome(row, screening.fault.code, screening.fault.detail) }
    : { row: screening.row };
}

/** What the extractor is given of a row. */
export const extractionRequest = ({ instruction, phrase, kind }: ExtractionRequest): ExtractionRequest => ({
  instruction,
  ...(phrase === undefined ? {} : { phrase }),
  ...(kind === undefined ? {} : { kind }),
});

export interface SampleSettings {
  habits: Habits;
  /** The row draws its styles from this generator's fork by its id. */
  rng: Rng;
  stylesPerSample: number;
  /** For rows that do not say. */
  harmful: boolean;
  /** Name of the dataset's file. */
  file: string;
}

/** Puts a sample together from a clean row and what was extracted from it. */
export function preparedSample(
  row: DatasetRow,
  extraction: Extraction,
  settings: SampleSettings,
): PreparedSample {
  const { id, line, instruction, response, chosen, rejected, meta } = row;
  const { habits, rng, stylesPerSample, file } = settings;
  const { phrase, kind, detoxified, sentence } = extraction;
  return {
    id,
    instruction,
    harmful: row.harmful ?? settings.harmful,
    phrase,
    kind,
    detoxified,
    sentence,
    controls: controlSamples(extraction, habits, rng.fork(id), stylesPerSample),
    verification: verificationChecks(extraction, habits),
    ...(response === undefined ? {} : { response }),
    ...(chosen === undefined ? {} : { chosen, rejected }),
    source: { file, line },
    ...(meta === undefined ? {} : { meta }),
  };
}
