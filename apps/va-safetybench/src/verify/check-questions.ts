import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError, errnoOf, sha256 } from '@sea-align/core';
import { z } from 'zod';
import type { BenchmarkManifest } from '../build/benchmark-manifest.js';
import { questionKeys, questionPath } from '../build/question-files.js';
import { mediaPath, mediumOf, type Medium } from '../build/tasks.js';
import { readJsonMembers } from '../source/json-members.js';
import { buildAgain, deleteAndBuild, type CheckSummary, type Fault } from './fault.js';

/**
 * Checks the question files: each there, as the manifest has it, with all questions of every case whose media are complete
 * and of no other, since evaluation scripts open the medium of every question.
 */
export async function checkQuestions(
  root: string,
  manifest: BenchmarkManifest,
): Promise<{ summary: CheckSummary; faults: Fault[] }> {
  const faults: Fault[] = [];
  let checked = 0;
  for (const { path, sha256: hash } of manifest.questionFiles) {
    checked += 1;
    const found = await questionsIn(join(root, path));
    if (typeof found === 'string') {
      faults.push({ path, check: 'questions', fault: found, fix: buildAgain });
      continue;
    }
    const wrong = missingOrFaulty(path, found.questions, manifest);
    if (wrong === undefined && sha256(found.text) !== hash) {
      const fault = 'it is not what the manifest says; it was changed';
      faults.push({
        path,
        check: 'questions',
        fault,
        fix: 'Run the same build again: it writes the file anew.',
      });
    }
    if (wrong !== undefined) faults.push({ path, check: 'questions', fault: wrong, fix: deleteAndBuild });
  }
  const what = 'question files with every question of their cases';
  return { summary: { check: 'questions', what, checked, faults: faults.length }, faults };
}

const entrySchema = z.record(z.string(), z.string());
type Questions = ReadonlyMap<string, z.infer<typeof entrySchema>>;

/** Text and questions of a file, or what is wrong with it. A map, as ids may be such words as `__proto__`. */
async function questionsIn(file: string): Promise<{ text: string; questions: Questions } | string> {
  try {
    const text = await readFile(file, 'utf8');
    const questions = new Map<string, z.infer<typeof entrySchema>>();
    for await (const { key, value } of readJsonMembers(file)) {
      const entry = entrySchema.safeParse(value);
      if (!entry.success) return `case ${key} is no object of task -> question`;
      questions.set(key, entry.data);
    }
    return { text, questions };
  } catch (error) {
    if (DatasetError.isInstance(error)) return error.message;
    if (errnoOf(error) === undefined) throw error;
    return errnoOf(error) === 'ENOENT' ? 'it is missing' : `it cannot be read (${errnoOf(error) ?? ''})`;
  }
}

function missingOrFaulty(path: string, found: Questions, manifest: BenchmarkManifest): string | undefined {
  const medium: Medium = path.startsWith('Video') ? 'Video' : 'Audio';
  const tasks = manifest.tasks.filter((task) => mediumOf(task) === medium);
  const built = new Set(manifest.media.flatMap(({ files }) => files.map((each) => each.path)));
  const names = new Set<string>();
  for (const { scenario, name } of manifest.cases) {
    if (questionPath(medium, scenario) !== path) continue;
    if (!tasks.every((task) => built.has(mediaPath(task, scenario, name)))) continue;
    names.add(name);
    const questions = found.get(name);
    if (questions === undefined) return `case ${name} is missing, though its media are there`;
    for (const key of questionKeys[medium]) {
      const question = questions[key];
      if (question === undefined) return `case ${name} has no ${key}`;
      if (question.trim() === '' && key !== 'Audio_only') return `${key} of case ${name} is empty`;
    }
  }
  const extra = [...found.keys()].find((name) => !names.has(name));
  return extra === undefined ? undefined : `case ${extra} is in it, though its media are not complete`;
}
