import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatasetError, errnoOf, safeFileName } from '@sea-align/core';
import { questionKeys, questionPath } from '../build/question-files.js';
import type { Medium } from '../build/tasks.js';
import { findScenario, furtherScenarios, scenarios } from '../scenarios.js';
import { readJsonMembers } from '../source/json-members.js';
import type { LeftOut } from '../source/test-case.js';

/** The questions of one test case, as a question file has them. */
export interface AskedCase {
  readonly scenario: string;
  /** Key in the question file and name of the media. */
  readonly id: string;
  readonly questions: ReadonlyMap<string, string>;
}

export interface QuestionFolder {
  /** Paths relative to the benchmark. */
  readonly files: readonly string[];
  readonly cases: readonly AskedCase[];
  readonly leftOut: readonly LeftOut[];
  /** Files that are of no scenario. */
  readonly unknown: readonly string[];
}

/** Reads `Video_questions` or `Audio_questions` of a benchmark, ours or as published. Throws DatasetError. */
export async function readQuestionFolder(root: string, medium: Medium): Promise<QuestionFolder> {
  const folder = `${medium}_questions`;
  const names = (await listIfThere(join(root, folder))).filter((name) => name.endsWith('.json'));
  const known = [...scenarios, ...furtherScenarios].map(({ name }) => name);
  const present = known.filter((scenario) => names.includes(`${scenario}.json`));
  const cases: AskedCase[] = [];
  const leftOut: LeftOut[] = [];
  for (const scenario of present) {
    const path = questionPath(medium, scenario);
    const seen = new Set<string>();
    for await (const { key: id, value, line } of readJsonMembers(join(root, path))) {
      const place = `${path}:${line}`;
      if (seen.has(id) || safeFileName(id) !== id) {
        const reason = seen.has(id) ? 'its id occurred before' : 'its id is no plain name of a file';
        leftOut.push({ scenario, id, place, reason });
        continue;
      }
      seen.add(id);
      cases.push({
        scenario,
        id,
        questions: questionsIn(value, medium, { file: join(root, path), line, id }),
      });
    }
  }
  return {
    files: present.map((scenario) => questionPath(medium, scenario)),
    cases,
    leftOut,
    unknown: names
      .filter((name) => findScenario(basename(name, '.json'))?.name !== basename(name, '.json'))
      .map((name) => `${folder}/${name}`),
  };
}

function questionsIn(
  value: unknown,
  medium: Medium,
  { file, line, id }: { file: string; line: number; id: string },
): Map<string, string> {
  const fault = (message: string, field: string): DatasetError =>
    new DatasetError(message, { file, line, field, hint: 'Is this a question file of VA-SafetyBench?' });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fault('must be an object of task -> question', id);
  }
  const found = new Map<string, string>();
  for (const task of questionKeys[medium]) {
    const question: unknown = Object.hasOwn(value, task)
      ? (value as Record<string, unknown>)[task]
      : undefined;
    if (question === undefined) continue;
    // Published files have null where everything is said in the sound.
    if (question === null && task === 'Audio_only') found.set(task, '');
    else if (typeof question === 'string') found.set(task, question);
    else throw fault('must be a text', `${id}.${task}`);
  }
  return found;
}

/** Names in a folder, sorted; none if there is no such folder. Throws DatasetError. */
export async function listIfThere(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return [];
    if (errno === undefined) throw error;
    throw new DatasetError(
      errno === 'ENOTDIR' ? 'is a file, a folder is wanted' : `cannot be read (${errno})`,
      {
        file: folder,
        cause: error,
      },
    );
  }
}
