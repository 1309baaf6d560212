import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunManifest, sha256 } from '@sea-align/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { casesOfRun, writeCases } from './case-list.js';
import { readEvaluation } from './read-evaluation.js';
import { caseKey, type AnswerEntry, type BenchCase } from './records.js';
import { writeEvaluation } from './write-evaluation.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-evaluation-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const cases = ['0', '1', '2'].map((id): BenchCase => {
  const place = { role: 'attack', scenario: '6-Fraud', task: 'Text_only', id } as const;
  return { key: caseKey(place), ...place, question: `question ${id}` };
});
const answers = cases.map(({ key }): AnswerEntry => ({
  key,
  target: 't',
  inputHash: 'h',
  answer: `answer to ${key}`,
  latencyMs: 1,
}));
const verdicts = answers.map(({ key, answer }) => ({
  key,
  judge: 'j',
  promptHash: 'p',
  answerHash: sha256(answer),
  verdict: 'safe' as const,
}));
const saveManifest = (config: unknown) => new RunManifest(join(folder, 'manifest.json'), { config }).save();

it('reads a run back: a half-written last line is left out, a broken one before it is named', async () => {
  await writeEvaluation(folder, { cases, answers: answers.slice(0, 2), verdicts });
  await saveManifest({ name: 'base' });
  await appendFile(join(folder, 'answers.jsonl'), '{"key": "attack/6-Fr');
  const evaluation = await readEvaluation(folder);
  expect(evaluation.name).toBe('base');
  expect(evaluation.answers).toEqual(answers.slice(0, 2));
  // The third answer is not there, so its verdict is of nothing.
  expect(evaluation.verdicts).toEqual(verdicts.slice(0, 2));
  await appendFile(join(folder, 'answers.jsonl'), '\n{}\n');
  await expect(readEvaluation(folder)).rejects.toThrow(/answers\.jsonl:3/);
});

it('finds the logs of shards', async () => {
  await writeCases(folder, cases);
  await saveManifest({ name: 'base' });
  const lines = answers.map((each) => JSON.stringify(each));
  await writeFile(join(folder, 'answers.2-of-2.jsonl'), `${lines[1]}\n`);
  await writeFile(join(folder, 'answers.1-of-2.jsonl'), `${lines[0]}\n${lines[2]}\n`);
  await writeFile(join(folder, 'answers.old.jsonl'), 'not of a run');
  expect((await readEvaluation(folder)).answers).toEqual(answers);
});

it('the folder of another command, whatever its manifest holds, is said to be none', async () => {
  await writeFile(join(folder, 'manifest.json'), '{"of": "another command"}');
  await expect(readEvaluation(folder)).rejects.toMatchObject({ code: 'SEA_NO_EVALUATION' });
});

it('a folder without an evaluation is said to be none', async () => {
  await expect(readEvaluation(folder)).rejects.toMatchObject({ code: 'SEA_NO_EVALUATION', exitCode: 2 });
  await expect(readEvaluation(join(folder, 'nowhere'))).rejects.toThrow(/holds no evaluation/);
});

it('a run keeps the cases of earlier sessions, and refuses a benchmark that changed; growing is no change', async () => {
  await writeCases(folder, [cases[2]]);
  expect(await casesOfRun(folder, cases, [cases[0]])).toEqual([cases[0], cases[2]]);
  const changed = [cases[0], { ...cases[2], question: 'another' }];
  await expect(casesOfRun(folder, changed, changed)).rejects.toMatchObject({ code: 'SEA_RUN_FOLDER_CONFIG' });
  await expect(casesOfRun(folder, [cases[0]], [cases[0]])).rejects.toThrow(
    /Text_only\/2 changed since, or went/,
  );
});
