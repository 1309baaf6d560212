import { readFile } from 'node:fs/promises';
import { sha256 } from '@sea-align/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  answerEntrySchema,
  benchCaseSchema,
  caseKey,
  verdictEntrySchema,
  type AnswerEntry,
  type BenchCase,
  type VerdictEntry,
} from '../bench/records.js';
import { benchResult } from './bench-result.js';
import { compareRuns, type RunComparison } from './compare-runs.js';
import type { RunData } from './outcomes.js';
import { benchResultSchema, type BenchResult, type Proportion } from './result.js';

// The arithmetic of every expected number is in hand-computed.md.

const texts: Record<string, string> = { stop: 'An answer', length: 'An answer that was cut', empty: ' \n' };

function runOf(name: 'before' | 'after', rows: readonly string[]): RunData {
  const cases: BenchCase[] = [];
  const answers: AnswerEntry[] = [];
  const verdicts: VerdictEntry[] = [];
  for (const row of rows) {
    const [place, ...runs] = row.split(' | ').map((part) => part.trim().split(' '));
    const [role, scenario, task, id] = place;
    const each = benchCaseSchema.parse({ key: place.join('/'), role, scenario, task, id, question: row });
    expect(each.key).toBe(caseKey(each));
    cases.push(each);
    const { key } = each;
    const [how, llm, other] = runs[name === 'before' ? 0 : 1];
    const failed = how === 'error';
    // Answers differ between cases, so that a verdict of another case would not fit.
    const answer = failed ? '' : how === 'empty' ? texts.empty : `${texts[how]} to ${key}`;
    answers.push(
      answerEntrySchema.parse({
        key,
        target: 'stand-in',
        inputHash: sha256(key),
        answer,
        latencyMs: 1,
        ...(failed ? { error: 'the model failed' } : { finish: how === 'length' ? 'length' : 'stop' }),
      }),
    );
    const judges = { llm, [role === 'understanding' ? 'understanding' : 'phrases']: other };
    for (const [judge, said] of Object.entries(judges)) {
      if (said === '-') continue;
      verdicts.push(
        verdictEntrySchema.parse({
          key,
          judge,
          promptHash: `prompt of ${judge}`,
          answerHash: sha256(answer),
          ...(said === 'error' ? { error: 'no verdict' } : { verdict: said }),
        }),
      );
    }
  }
  return { name, cases, answers, verdicts };
}

let before: RunData;
let after: RunData;
let result: BenchResult;
let comparison: RunComparison;

beforeAll(async () => {
  const path = new URL('hand-computed.fixture.json', import.meta.url);
  const { rows } = JSON.parse(await readFile(path, 'utf8')) as { rows: string[] };
  expect(rows).toHaveLength(16 + 5 + 10);
  before = runOf('before', rows);
  after = runOf('after', rows);
  result = benchResult({ ...before, target: 'stand-in' });
  comparison = compareRuns(before, after, { judge: 'llm', seed: 1, resamples: 4000 });
});

const fraction = ({ count, total }: Proportion): string => `${count}/${total}`;

describe('benchResult on the fixture', () => {
  it('gives the ASR of every cell, and counts apart what was not judged', () => {
    const cells = result.cells.map(({ scenario, task, attack: { llm, phrases }, ...cell }) => ({
      cell: `${scenario} ${task}`,
      asr: fraction(llm.asr),
      phrases: fraction(phrases.asr),
      missing: [cell.answerErrors, llm.judgeErrors, llm.unjudged],
      asked: `${cell.asked}/${cell.cases}`,
      empty: cell.empty,
      truncated: cell.truncated,
    }));
    const nothing = { empty: 0, truncated: 0 };
    expect(cells).toEqual([
      { cell: '1-Kites Text_only', asr: '2/4', phrases: '3/4', missing: [0, 0, 0], asked: '4/4', ...nothing },
      {
        cell: '1-Kites TYPO',
        asr: '3/4',
        phrases: '2/4',
        missing: [0, 0, 0],
        asked: '4/4',
        ...nothing,
        empty: 1,
      },
      { cell: '2-Ovens Text_only', asr: '0/1', phrases: '0/2', missing: [0, 1, 0], asked: '2/2', ...nothing },
      {
        cell: '2-Ovens TYPO',
        asr: '2/4',
        phrases: '3/5',
        missing: [1, 0, 1],
        asked: '6/6',
        ...nothing,
        truncated: 1,
      },
    ]);
  });

  it('gives Wilson intervals', () => {
    const [kites, , ovens] = result.cells;
    expect(kites.attack.llm.asr.rate).toBe(0.5);
    expect(kites.attack.llm.asr.low).toBeCloseTo(0.150039, 6);
    expect(kites.attack.llm.asr.high).toBeCloseTo(0.849961, 6);
    expect(ovens.attack.llm.asr.low).toBe(0);
    expect(ovens.attack.llm.asr.high).toBeCloseTo(0.793451, 6);
    expect(result.overall.attack.llm.asr.low).toBeCloseTo(0.291438, 6);
    expect(result.overall.attack.llm.asr.high).toBeCloseTo(0.767939, 6);
  });

  it('gives micro and macro rates of tasks and overall', () => {
    const tasks = result.byTask.map(({ task, attack, macroAsr }) => [
      task,
      fraction(attack.llm.asr),
      macroAsr.llm,
    ]);
    expect(tasks).toEqual([
      ['Text_only', '2/5', { mean: 0.25, scenarios: 2, cells: 2 }],
      ['TYPO', '5/8', { mean: 0.625, scenarios: 2, cells: 2 }],
    ]);
    expect(fraction(result.overall.attack.llm.asr)).toBe('7/13');
    expect(fraction(result.overall.attack.phrases.asr)).toBe('8/15');
    expect(result.overall.macroAsr.llm).toEqual({ mean: 0.4375, scenarios: 2, cells: 4 });
  });

  it('gives the agreement of the judges', () => {
    expect(result.agreement).toHaveLength(1);
    const [{ a, b, both, agree, kappa }] = result.agreement;
    expect([a, b, both, fraction(agree)]).toEqual(['llm', 'phrases', 13, '9/13']);
    expect(kappa).toBeCloseTo(32 / 84, 12);
  });

  it('gives refusals of attacks and of benign twins', () => {
    expect(result.refusalJudge).toBe('phrases');
    expect(fraction(result.overall.refusal)).toBe('7/15');
    expect(result.overall.refusal.answerErrors).toBe(1);
    const over = result.cells.map(({ overRefusal }) => overRefusal && fraction(overRefusal));
    expect(over).toEqual(['1/2', '0/0', undefined, '1/2']);
    expect(result.cells[1].overRefusal).toMatchObject({ rate: null, answerErrors: 1 });
    expect(result.overall.overRefusal).toMatchObject({ count: 2, total: 4, answerErrors: 1 });
  });

  it('gives understanding, and ASR where there is any', () => {
    const understood = result.cells.map(({ understanding, asrUnderstood }) => [
      understanding && fraction(understanding),
      asrUnderstood && fraction(asrUnderstood.llm),
    ]);
    expect(understood).toEqual([
      [undefined, undefined],
      ['3/4', '2/3'],
      [undefined, undefined],
      ['4/6', '1/2'],
    ]);
    const { understanding, asrUnderstood } = result.overall;
    expect(understanding && fraction(understanding)).toBe('7/10');
    expect(asrUnderstood && fraction(asrUnderstood.llm)).toBe('3/5');
  });

  it('names judges and counts roles', () => {
    expect(result.primaryJudge).toBe('llm');
    expect(result.judges).toEqual([
      { name: 'llm', promptHash: 'prompt of llm', otherPrompts: 0 },
      { name: 'phrases', promptHash: 'prompt of phrases', otherPrompts: 0 },
    ]);
    expect(result.roles.attack).toEqual({ cases: 16, asked: 16, answerErrors: 1, empty: 1, truncated: 1 });
    expect(result.roles.benign).toMatchObject({ cases: 5, answerErrors: 1 });
    expect(result.roles.understanding).toMatchObject({ cases: 10, answerErrors: 0 });
  });

  it('is what result.json holds', () => {
    expect(benchResultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  });
});

describe('compareRuns on the fixture', () => {
  it('pairs the cases judged in both runs', () => {
    expect(comparison.overall.pairs).toBe(13);
    expect(comparison.unpaired).toEqual({ onlyBefore: 0, onlyAfter: 0, changed: 0, unjudged: 3 });
    expect(comparison.warnings).toEqual([
      '3 attack cases left out: without a verdict in one of the runs.',
      '1 benign case left out: without a verdict in one of the runs.',
    ]);
  });

  it('gives differences and McNemar p of cells, tasks and overall', () => {
    const figures = [...comparison.byCell, ...comparison.byTask, comparison.overall].map(
      ({ before: earlier, after: later, difference, mcnemar }) => [
        fraction(earlier),
        fraction(later),
        difference,
        mcnemar.onlyBefore,
        mcnemar.onlyAfter,
        mcnemar.p,
      ],
    );
    const close = (value: number): unknown => expect.closeTo(value, 12);
    expect(figures).toEqual([
      ['2/4', '1/4', -0.25, 1, 0, close(1)],
      ['3/4', '1/4', -0.5, 2, 0, close(0.5)],
      ['0/1', '0/1', 0, 0, 0, 1],
      ['2/4', '2/4', 0, 1, 1, 1],
      ['2/5', '1/5', close(-0.2), 1, 0, close(1)],
      ['5/8', '3/8', -0.25, 3, 1, close(0.625)],
      ['7/13', '4/13', close(-3 / 13), 4, 1, close(0.375)],
    ]);
    expect(comparison.overall.mcnemar.method).toBe('exact');
  });

  it('gives macro differences', () => {
    const [text, typo] = comparison.byTask;
    expect(text.macro).toMatchObject({ before: 0.25, after: 0.125, difference: -0.125, cells: 2 });
    expect(typo.macro).toMatchObject({ before: 0.625, after: 0.375, difference: -0.25, cells: 2 });
    expect(comparison.macro).toMatchObject({ before: 0.4375, after: 0.25, difference: -0.1875, cells: 4 });
  });

  it('gives bootstrap intervals', () => {
    expect(comparison.byCell[0].bootstrap).toEqual({ low: -0.75, high: 0 });
    expect(comparison.byCell[2].bootstrap).toEqual({ low: 0, high: 0 });
  });

  it('gives the difference of over-refusal', () => {
    expect(comparison.overRefusal).toMatchObject({
      pairs: 4,
      difference: 0,
      mcnemar: { onlyBefore: 1, onlyAfter: 1, p: 1 },
      unpaired: { unjudged: 1 },
    });
    expect(comparison.byTask.map(({ overRefusal }) => overRefusal?.difference)).toEqual([-0.5, 0.5]);
  });
});
