import { join } from 'node:path';
import {
  errnoOf,
  formatPath,
  parseLine,
  readJsonl,
  readManifest,
  RunFolderError,
  type RunManifestData,
} from '@sea-align/core';
import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { countingAnswers, countingVerdicts } from './counting-entries.js';
import { evaluationFactsSchema, type EvaluationFacts } from './evaluation-facts.js';
import { evaluationFiles, logPaths, type LogName } from './evaluation-files.js';
import {
  answerEntrySchema,
  benchCaseSchema,
  verdictEntrySchema,
  type AnswerEntry,
  type BenchCase,
  type VerdictEntry,
} from './records.js';

/** An evaluation as it stands in its folder, finished or not. */
export interface Evaluation {
  readonly folder: string;
  readonly name: string;
  /** All cases of the run, asked or not, in the benchmark's order. */
  readonly cases: readonly BenchCase[];
  /** At most one a case: the one that counts. */
  readonly answers: readonly AnswerEntry[];
  /** At most one a case and judge, of the answer that counts. */
  readonly verdicts: readonly VerdictEntry[];
  readonly facts: EvaluationFacts;
  readonly manifest: RunManifestData;
}

/** Reads the folder of an evaluation. Throws RunFolderError if it is none, DatasetError for a broken line. */
export async function readEvaluation(folder: string): Promise<Evaluation> {
  const cases = await readCases(folder);
  // Other commands write manifests too: one is not read, and not found broken, where there are no cases.
  const manifest = cases && (await readManifest(join(folder, 'manifest.json')));
  if (manifest === undefined || cases === undefined) {
    throw new RunFolderError(`${folder} holds no evaluation.`, {
      code: 'SEA_NO_EVALUATION',
      hint: 'Give the --out folder of `va-safetybench evaluate`.',
    });
  }
  const parsed = evaluationFactsSchema.safeParse(manifest.config);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RunFolderError(
      `${join(folder, 'manifest.json')} is not of an evaluation: config.${formatPath(issue.path)}: ${issue.message}`,
      { code: 'SEA_NO_EVALUATION', cause: parsed.error },
    );
  }
  const facts = parsed.data;
  const wanted = new Set(cases.map(({ key }) => key));
  const answers = countingAnswers(
    (await readLogs(folder, 'answers', answerEntrySchema)).filter(({ key }) => wanted.has(key)),
  );
  const verdicts = countingVerdicts(
    await readLogs(folder, 'verdicts', verdictEntrySchema),
    answers,
    facts.judges,
  );
  return {
    folder,
    name: facts.name,
    cases,
    answers: cases.flatMap(({ key }) => answers.get(key) ?? []),
    verdicts: cases.flatMap(({ key }) => [...(verdicts.get(key)?.values() ?? [])]),
    facts,
    manifest,
  };
}

/** The cases of a run's folder; undefined if it has none. Throws DatasetError. */
export async function readCases(folder: string): Promise<BenchCase[] | undefined> {
  const path = join(folder, evaluationFiles.cases);
  try {
    await stat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
  const cases: BenchCase[] = [];
  for await (const { value } of readJsonl(path, benchCaseSchema)) cases.push(value);
  return cases;
}

/**
 * The lines of all logs of a kind, in the order in which they count. A last line that a killed run, or one that is still
 * running, has half-written is left out.
 */
export async function readLogs<T>(folder: string, log: LogName, schema: z.ZodType<T>): Promise<T[]> {
  const entries: T[] = [];
  for (const path of await logPaths(folder, log)) {
    const lines = (await readFile(path, 'utf8')).split('\n');
    const last = lines.length - 1;
    lines.forEach((text, at) => {
      if (text.trim() === '' || (at === last && !isWhole(text))) return;
      entries.push(parseLine(text, schema, path, at + 1));
    });
  }
  return entries;
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
