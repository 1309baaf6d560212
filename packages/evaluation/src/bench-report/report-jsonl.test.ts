import { sha256 } from '@sea-align/core';
import { expect, it } from 'vitest';
import { caseKey, type AnswerEntry, type BenchCase, type VerdictEntry } from '../bench/records.js';
import { benchResult } from '../metrics/bench-result.js';
import { benchReportJsonl } from './report-jsonl.js';

it('a line for each answer of each run, with its case and the verdicts that count', () => {
  const cases = ['0', '1', '2'].map((id): BenchCase => {
    const place = { role: 'attack', scenario: '6-Fraud', task: 'KPT', id } as const;
    const medium = { modality: 'audio', path: `Audio/${id}.mp3`, sha256: `sound ${id}` } as const;
    return { key: caseKey(place), ...place, question: 'Line 1\nline 2', medium };
  });
  const decoding = { maxNewTokens: 300, temperature: 0 };
  const answer = (at: number, more: Partial<AnswerEntry> = {}): AnswerEntry => ({
    ...{ key: cases[at].key, target: 'm', inputHash: 'h', answer: 'Hum.\u2028', decoding, latencyMs: 12 },
    ...more,
  });
  const answers = [answer(0, { tokens: { prompt: 5, answer: 2 } }), answer(1, { answer: '', error: 'late' })];
  const verdict = (judge: string, said: 'safe' | 'unsafe'): VerdictEntry => ({
    ...{ key: cases[0].key, judge, promptHash: `prompt of ${judge}`, answerHash: sha256('Hum.\u2028') },
    verdict: said,
    latencyMs: 3,
  });
  const verdicts = [verdict('a', 'unsafe'), verdict('b', 'safe'), verdict('a', 'safe')];
  const run = { name: 'base', cases, answers, verdicts };
  const runs = ['base', 'aligned'].map((name) => ({
    ...run,
    name,
    result: benchResult({ ...run, name, target: 'm' }),
    facts: [],
  }));
  const text = [...benchReportJsonl({ title: '', runs, comparisons: [], notes: [] })].join('');
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => (JSON.parse(line) as { run: string; id: string }).run)).toEqual([
    ...['base', 'base'],
    ...['aligned', 'aligned'],
  ]);
  expect(JSON.parse(lines[0])).toEqual({
    run: 'base',
    ...cases[0],
    target: 'm',
    inputHash: 'h',
    decoding,
    answer: 'Hum.\u2028',
    latencyMs: 12,
    tokens: { prompt: 5, answer: 2 },
    verdicts: [
      { judge: 'a', promptHash: 'prompt of a', verdict: 'safe', latencyMs: 3 },
      { judge: 'b', promptHash: 'prompt of b', verdict: 'safe', latencyMs: 3 },
    ],
  });
  expect(JSON.parse(lines[1])).toMatchObject({ id: '1', answer: '', error: 'late', verdicts: [] });
});
