import { join } from 'node:path';
import { canonicalJson, RunFolderError, writeJsonl } from '@sea-align/core';
import { evaluationFiles } from './evaluation-files.js';
import { readCases } from './read-evaluation.js';
import type { BenchCase } from './records.js';

/**
 * The cases of a run's folder after a session on `selected`: those and all of earlier sessions, in the order of the
 * benchmark. A benchmark may have grown since.
 *
 * @param all every case of the benchmark
 * @throws RunFolderError where a case of an earlier session has changed, or is gone
 */
export async function casesOfRun(
  folder: string,
  all: readonly BenchCase[],
  selected: readonly BenchCase[],
): Promise<BenchCase[]> {
  const known = new Map(all.map((each) => [each.key, each]));
  const earlier = (await readCases(folder)) ?? [];
  const changed = earlier.filter(
    (each) => canonicalJson(each) !== canonicalJson(known.get(each.key) ?? null),
  );
  if (changed.length > 0) {
    const names = changed.slice(0, 3).map(({ key }) => key);
    const more = changed.length > names.length ? ` and ${changed.length - names.length} more` : '';
    throw new RunFolderError(
      `The run in ${folder} was on another benchmark: ${names.join(', ')}${more} changed since, or went away.`,
      {
        code: 'SEA_RUN_FOLDER_CONFIG',
        hint: 'Choose another --out, or start anew with --force.',
        details: { changed: changed.length },
      },
    );
  }
  const wanted = new Set([...earlier, ...selected].map(({ key }) => key));
  return all.filter(({ key }) => wanted.has(key));
}

/** Writes the case list of a run's folder. Throws DiskError. */
export async function writeCases(folder: string, cases: readonly BenchCase[]): Promise<void> {
  await writeJsonl(join(folder, evaluationFiles.cases), cases);
}
