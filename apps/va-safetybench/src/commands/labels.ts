import { access, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError, DatasetError, errnoOf, writeFileAtomic, type CommandContext } from '@sea-align/core';
import {
  appendVerdicts,
  decodeSheet,
  caseRoles,
  labelSheet,
  readEvaluation,
  readLabels,
  type BenchResult,
  type CaseRole,
} from '@sea-align/evaluation';
import { resultText } from '../evaluate/evaluate-text.js';
import { writeResults } from '../evaluate/write-results.js';

export interface LabelsExportOptions {
  readonly out: string;
  readonly limit?: number;
  readonly roles?: readonly string[];
  readonly seed: number;
  readonly hideQuestion?: boolean;
  readonly semicolon?: boolean;
  readonly force?: boolean;
}

export interface LabelsImportOptions {
  readonly labeller: string;
}

export interface ImportedLabels {
  readonly judge: string;
  readonly labels: number;
  readonly unlabelled: number;
  /** Labels of answers that the run has replaced since. */
  readonly stale: number;
  readonly result: BenchResult;
}

/** `va-safetybench labels export`. Throws ConfigError rather than replace a sheet that may be filled in. */
export async function exportLabels(
  run: string,
  { out, limit, roles, seed, hideQuestion = false, semicolon, force }: LabelsExportOptions,
  { say }: CommandContext,
): Promise<{ file: string }> {
  const unknown = roles?.filter((role) => !caseRoles.some((known) => known === role)) ?? [];
  if (unknown.length > 0) {
    throw new ConfigError(`--roles: ${unknown.join(', ')}.`, { hint: `Known: ${caseRoles.join(', ')}.` });
  }
  const file = resolve(out);
  if (force !== true && (await isThere(file))) {
    throw new ConfigError(`${file} is there already, and may be filled in.`, {
      hint: 'Choose another --out, or replace it with --force.',
    });
  }
  const evaluation = await readEvaluation(resolve(run));
  const sheet = labelSheet(evaluation, {
    seed,
    showQuestion: !hideQuestion,
    ...(limit !== undefined && { limit }),
    ...(roles && { roles: roles as CaseRole[] }),
    ...(semicolon && { delimiter: ';' as const }),
  });
  await writeFileAtomic(file, sheet);
  say(`Sheet: ${file}`);
  say('Fill in its column `label`; rows may be left empty. Then: va-safetybench labels import');
  return { file };
}

/** `va-safetybench labels import` */
export async function importLabels(
  run: string,
  file: string,
  { labeller }: LabelsImportOptions,
  { say }: CommandContext,
): Promise<ImportedLabels> {
  const folder = resolve(run);
  const evaluation = await readEvaluation(folder);
  const { judge, verdicts, unlabelled, stale } = readLabels(await readSheet(file), evaluation, {
    labeller,
    file,
  });
  await appendVerdicts(folder, verdicts);
  const result = await writeResults(folder);
  for (const line of resultText(result)) say(line);
  say(
    `${verdicts.length} labels by ${judge}; ${unlabelled} rows without one, ${stale} of answers replaced since.`,
  );
  return { judge, labels: verdicts.length, unlabelled, stale, result };
}

async function readSheet(file: string): Promise<string> {
  try {
    return decodeSheet(await readFile(file));
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw new DatasetError(errno === 'ENOENT' ? 'no such file' : `cannot be read (${errno})`, {
      file,
      cause: error,
    });
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
