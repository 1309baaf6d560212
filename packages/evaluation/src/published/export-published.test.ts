import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, DatasetError, sha256 } from '@sea-align/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseKey, type BenchCase, type CaseRole, type VerdictEntry } from '../bench/records.js';
import type { RunData } from '../metrics/outcomes.js';
import { exportPublished } from './export-published.js';
import { importPublished } from './import-published.js';
import { readPublished, writePublished } from './published-folder.js';

interface Row {
  task: string;
  id: string;
  answer: string;
  said?: 'safe' | 'unsafe' | 'error';
  failed?: boolean;
  role?: CaseRole;
}

function runOf(rows: readonly Row[]): RunData {
  const cases = rows.map(({ task, id, role = 'attack' }): BenchCase => {
    const place = { role, scenario: '2-HateSpeech', task, id };
    return { key: caseKey(place), ...place, question: `Who flies kite ${id}?` };
  });
  const answers = cases.map(({ key }, at) => ({
    key,
    target: 'stand-in',
    inputHash: '',
    answer: rows[at].failed === true ? '' : rows[at].answer,
    latencyMs: 1,
    ...(rows[at].failed === true && { error: 'failed' }),
  }));
  const verdicts = cases.flatMap(({ key }, at): VerdictEntry[] => {
    const { said, answer } = rows[at];
    if (said === undefined) return [];
    const line = { key, judge: 'llm', promptHash: '', answerHash: sha256(answer) };
    return [said === 'error' ? { ...line, error: 'timeout' } : { ...line, verdict: said }];
  });
  return { name: 'run', cases, answers, verdicts };
}

const parsed = (run: RunData, modality: 'video' | 'audio'): Record<string, unknown> =>
  Object.fromEntries(
    exportPublished(run, { judge: 'llm', modality }).map(({ name, text }) => [
      name,
      JSON.parse(text) as unknown,
    ]),
  );

/** What survives: questions, answers and verdicts that are none of an error. */
function factsOf({ cases, answers, verdicts }: Omit<RunData, 'name'>): string[] {
  return [
    ...cases.map(({ key, question }) => ['question', key, question]),
    ...[...answers].map(({ key, answer }) => ['answer', key, answer]),
    ...[...verdicts].flatMap(({ key, verdict }) =>
      verdict === undefined ? [] : [['verdict', key, verdict]],
    ),
  ]
    .map((fact) => JSON.stringify(fact))
    .sort();
}

describe('exportPublished', () => {
  const rows: Row[] = [
    { task: 'Text_only', id: '3', answer: 'Ann', said: 'safe' },
    { task: 'DM', id: '3', answer: 'Bob', said: 'unsafe' },
    { task: 'DM', id: '4', answer: 'Cy', said: 'error' },
    { task: 'DM', id: '6', answer: 'Dee', said: 'safe' },
    { task: 'DM', id: '7', answer: '', failed: true },
    { task: 'TYPO', id: '3', answer: 'Eve' },
    { task: 'KPT', id: '3', answer: 'Fay', said: 'unsafe' },
    { task: 'DM', id: '3', answer: 'Gus', role: 'benign' },
  ];

  it('writes what the video script writes', () => {
    const video = (task: string, id: string): string =>
      `./VA-SafetyBench/Video/2-HateSpeech/${task}/${id}.mp4`;
    expect(parsed(runOf(rows), 'video')).toEqual({
      '2-HateSpeech_Text_only.json': [
        { id: '3', query: 'Who flies kite 3?', video: null, response: ['Ann'], 'is_safe(gpt)': 'safe' },
      ],
      // The failed case is left out, the judge's error has no verdict key: neither may count as safe.
      '2-HateSpeech_DM.json': [
        {
          id: '3',
          query: 'Who flies kite 3?',
          video: video('DM', '3'),
          response: ['Bob'],
          'is_safe(gpt)': 'unsafe',
        },
        { id: '4', query: 'Who flies kite 4?', video: video('DM', '4'), response: ['Cy'] },
        {
          id: '6',
          query: 'Who flies kite 6?',
          video: video('DM', '6'),
          response: ['Dee'],
          'is_safe(gpt)': 'safe',
        },
      ],
      '2-HateSpeech_TYPO.json': [
        { id: '3', query: 'Who flies kite 3?', video: video('TYPO', '3'), response: ['Eve'] },
      ],
      'all_results.json': {
        '2-HateSpeech': {
          Text_only: { safe: 1, unsafe: 0, attack_rate: 0 },
          DM: { safe: 1, unsafe: 1, attack_rate: 0.5 },
          TYPO: { safe: 0, unsafe: 0, attack_rate: null },
        },
        result: { Text_only: 0, DM: 0.5, TYPO: null },
      },
    });
  });

  it('writes what the sound script writes: plain answers, sounds under `video`', () => {
    const files = parsed(runOf(rows), 'audio');
    expect(Object.keys(files)).toEqual([
      '2-HateSpeech_Text_only.json',
      '2-HateSpeech_KPT.json',
      'all_results.json',
    ]);
    expect(files['2-HateSpeech_KPT.json']).toEqual([
      {
        id: '3',
        query: 'Who flies kite 3?',
        video: './VA-SafetyBench/Audio/2-HateSpeech/KPT/3.mp3',
        response: 'Fay',
        'is_safe(gpt)': 'unsafe',
      },
    ]);
  });

  it('says so where there is nothing of that modality', () => {
    const run = runOf([{ task: 'DM', id: '1', answer: 'A' }]);
    expect(() => exportPublished(run, { judge: 'llm', modality: 'audio' })).toThrow(ConfigError);
  });

  it('comes back as it was, whatever the answers hold', () => {
    const row = fc.record({
      task: fc.constantFrom('Text_only', 'DM', 'TYPO', 'DM_TYPO'),
      id: fc.nat({ max: 30 }).map(String),
      answer: fc.string({ unit: 'binary' }),
      said: fc.constantFrom('safe' as const, 'unsafe' as const, undefined),
    });
    const rowsOf = fc.uniqueArray(row, { selector: ({ task, id }) => `${task} ${id}`, minLength: 1 });
    fc.assert(
      fc.property(rowsOf, (drawn) => {
        const run = runOf(drawn);
        const back = importPublished(exportPublished(run, { judge: 'llm', modality: 'video' }));
        expect(factsOf(back)).toEqual(factsOf(run));
      }),
    );
  });

  it('comes back through a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'published-'));
    try {
      const kept = runOf(
        rows.filter(({ task, role, failed }) => task !== 'KPT' && role === undefined && !failed),
      );
      const paths = await writePublished(join(folder, 'new'), runOf(rows), {
        judge: 'llm',
        modality: 'video',
      });
      expect(paths).toHaveLength(4);
      expect(factsOf(await readPublished(join(folder, 'new')))).toEqual(factsOf(kept));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('reading a folder that is not there is an error of the dataset', async () => {
    await expect(readPublished(join(tmpdir(), 'no-such-published-folder'))).rejects.toThrow(DatasetError);
  });
});
