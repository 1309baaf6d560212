import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, sha256 } from '@sea-align/core';
import { z } from 'zod';
import type { BenchmarkManifest } from '../build/benchmark-manifest.js';
import { questionKeys, questionPath } from '../build/question-files.js';
import { mediaPath, mediumOf, type Medium } from '../build/tasks.js';
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
    const wrong = missingOrFaulty(path, found.value, manifest);
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

const fileSchema = z.record(z.string(), z.record(z.string(), z.string()));

async function questionsIn(file: string): Promise<{ text: string; value: unknown } | string> {
  try {
    const text = await readFile(file, 'utf8');
    return { text, value: JSON.parse(text) as unknown };
  } catch (error) {
    return errnoOf(error) === undefined ? 'it is no JSON' : `it is missing (${errnoOf(error) ?? ''})`;
  }
}

function missingOrFaulty(path: string, value: unknown, manifest: BenchmarkManifest): string | undefined {
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) return 'it is no object of id -> task -> question';
  const medium: Medium = path.startsWith('Video') ? 'Video' : 'Audio';
  const tasks = manifest.tasks.filter((task) => mediumOf(task) === medium);
  const built = new Set(manifest.media.flatMap(({ files }) => files.map((each) => each.path)));
  const names = new Set<string>();
  for (const { scenario, name } of manifest.cases) {
    if (questionPath(medium, scenario) !== path) continue;
    if (!tasks.every((task) => built.has(mediaPath(task, scenario, name)))) continue;
    names.add(name);
    const questions = parsed.data[name];
    if (questions === undefined) return `case ${name} is missing, though its media are there`;
    for (const key of questionKeys[medium]) {
      const question = questions[key];
      if (question === undefined) return `case ${name} has no ${key}`;
      if (question.trim() === '' && key !== 'Audio_only') return `${key} of case ${name} is empty`;
    }
  }
  const extra = Object.keys(parsed.data).find((name) => !names.has(name));
  return extra === undefined ? undefined : `case ${extra} is in it, though its media are not complete`;
}
