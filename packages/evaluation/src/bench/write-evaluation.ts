import { join } from 'node:path';
import { JsonlLog, writeJsonl } from '@sea-align/core';
import { writeCases } from './case-list.js';
import { evaluationFiles } from './evaluation-files.js';
import { verdictEntrySchema, type AnswerEntry, type BenchCase, type VerdictEntry } from './records.js';

/** Writes cases, answers and verdicts that were made elsewhere into a run's folder, in place of what is there. Throws DiskError. */
export async function writeEvaluation(
  folder: string,
  {
    cases,
    answers,
    verdicts,
  }: {
    readonly cases: readonly BenchCase[];
    readonly answers: readonly AnswerEntry[];
    readonly verdicts: readonly VerdictEntry[];
  },
): Promise<void> {
  await writeCases(folder, cases);
  await writeJsonl(join(folder, evaluationFiles.answers), answers);
  await writeJsonl(join(folder, evaluationFiles.verdicts), verdicts);
}

/** Adds verdicts to those of a run, such as labels by hand. Throws DatasetError for a broken log, and DiskError. */
export async function appendVerdicts(folder: string, verdicts: readonly VerdictEntry[]): Promise<void> {
  const log = await JsonlLog.open(join(folder, evaluationFiles.verdicts), verdictEntrySchema);
  try {
    for (const verdict of verdicts) await log.append(verdict);
  } finally {
    await log.close();
  }
}
