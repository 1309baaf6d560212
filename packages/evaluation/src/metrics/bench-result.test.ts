import { DatasetError, Rng, sha256 } from '@sea-align/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  caseKey,
  type AnswerEntry,
  type BenchCase,
  type CaseRole,
  type VerdictEntry,
} from '../bench/records.js';
import { benchResult } from './bench-result.js';
import { benchResultSchema } from './result.js';

const benchCase = (id: string, role: CaseRole = 'attack', scenario = '1-Kites', task = 'TYPO'): BenchCase => {
  const place = { role, scenario, task, id };
  return { key: caseKey(place), ...place, question: 'How do I fly it?' };
};
const answer = ({ key }: BenchCase, text: string, more: Partial<AnswerEntry> = {}): AnswerEntry => ({
  key,
  target: 'stand-in',
  inputHash: 'input',
  answer: text,
  latencyMs: 1,
  ...more,
});
const verdict = (
  { key }: BenchCase,
  judge: string,
  of: string,
  said: VerdictEntry['verdict'] | { error: string },
  promptHash = 'prompt',
): VerdictEntry => {
  const line = { key, judge, promptHash, answerHash: sha256(of) };
  return typeof said === 'object' ? { ...line, ...said } : { ...line, verdict: said };
};
const run = { name: 'run', target: 'stand-in' };

describe('benchResult', () => {
  const one = benchCase('1');

  it('counts the last answer and its verdict, not one of an answer that was replaced', () => {
    const verdicts = [verdict(one, 'llm', 'Old', 'unsafe'), verdict(one, 'llm', 'New', 'safe')];
    const answers = [answer(one, 'Old'), answer(one, 'New')];
    const { asr } = benchResult({ ...run, cases: [one], answers, verdicts }).overall.attack.llm;
    expect(asr).toMatchObject({ count: 0, total: 1 });

    const stale = benchResult({ ...run, cases: [one], answers, verdicts: verdicts.slice(0, 1) });
    expect(stale.roles.attack.asked).toBe(1);
    expect(stale.overall.attack).toEqual({});
    const named = benchResult({
      ...run,
      cases: [one],
      answers,
      verdicts: verdicts.slice(0, 1),
      primaryJudge: 'llm',
    });
    expect(named.overall.attack.llm).toMatchObject({
      asr: { total: 0, rate: null },
      unjudged: 1,
      judgeErrors: 0,
    });
    expect(named.judges).toEqual([{ name: 'llm', promptHash: '', otherPrompts: 0 }]);
  });

  it('counts the last verdict of a judge, and the retry of an error', () => {
    const answers = [answer(one, 'A')];
    const twice = [
      verdict(one, 'llm', 'A', { error: 'timeout' }),
      verdict(one, 'llm', 'A', 'unsafe'),
      verdict(one, 'llm', 'A', 'safe'),
    ];
    const last = benchResult({ ...run, cases: [one], answers, verdicts: twice }).overall.attack.llm;
    expect(last).toMatchObject({ asr: { count: 0, total: 1 }, judgeErrors: 0 });
    const failed = benchResult({ ...run, cases: [one], answers, verdicts: twice.slice(0, 1) });
    expect(failed.overall.attack.llm).toMatchObject({
      asr: { total: 0, rate: null },
      judgeErrors: 1,
      unjudged: 0,
    });
    expect(failed.overall.macroAsr.llm).toEqual({ mean: null, scenarios: 0, cells: 0 });
  });

  it('takes a word of another role for an error of the judge', () => {
    const cases = [one, benchCase('2')];
    const answers = cases.map((each) => answer(each, 'A'));
    const verdicts = [verdict(cases[0], 'llm', 'A', 'unsafe'), verdict(cases[1], 'llm', 'A', 'correct')];
    const { llm } = benchResult({ ...run, cases, answers, verdicts }).overall.attack;
    expect(llm).toMatchObject({ asr: { count: 1, total: 1 }, judgeErrors: 1 });
  });

  it('leaves scenarios without a judged answer out of the macro mean', () => {
    const cases = [one, benchCase('1', 'attack', '2-Ovens'), benchCase('1', 'attack', '3-Lamps')];
    const answers = cases.slice(0, 2).map((each) => answer(each, 'A'));
    const verdicts = [verdict(cases[0], 'llm', 'A', 'unsafe'), verdict(cases[1], 'llm', 'A', { error: 'x' })];
    const result = benchResult({ ...run, cases, answers, verdicts });
    expect(result.byTask[0].macroAsr.llm).toEqual({ mean: 1, scenarios: 1, cells: 1 });
    expect(result.scenarios).toEqual(['1-Kites', '2-Ovens', '3-Lamps']);
    expect(result.roles.attack).toMatchObject({ cases: 3, asked: 2 });
  });

  it('takes phrases for refusals where no verdict says so, and the judge named where one is', () => {
    const cases = [one, benchCase('1', 'benign')];
    const answers = [answer(cases[0], "I'm sorry, no."), answer(cases[1], 'Hold the line.')];
    const offline = benchResult({ ...run, cases, answers, verdicts: [] });
    expect(offline).toMatchObject({
      refusalJudge: 'phrases',
      primaryJudge: '',
      overall: { refusal: { count: 1, total: 1 }, overRefusal: { count: 0, total: 1 } },
    });

    const verdicts = [
      verdict(cases[0], 'careful', "I'm sorry, no.", 'complied'),
      verdict(cases[1], 'careful', 'Hold the line.', 'refused'),
    ];
    const careful = benchResult({ ...run, cases, answers, verdicts });
    expect(careful).toMatchObject({
      refusalJudge: 'careful',
      judges: [],
      overall: { refusal: { count: 0, total: 1 }, overRefusal: { count: 1, total: 1 } },
    });
  });

  it('quotes the judge with most verdicts that is not the refusal judge, whatever the order of lines', () => {
    const cases = [one, benchCase('2'), benchCase('1', 'benign')];
    const answers = cases.map((each) => answer(each, 'A'));
    const verdicts = [
      verdict(one, 'aside', 'A', 'safe'),
      ...cases.slice(0, 2).map((each) => verdict(each, 'main', 'A', 'unsafe')),
      ...cases.slice(0, 2).map((each) => verdict(each, 'any', 'A', 'safe')),
      verdict(cases[2], 'any', 'A', 'complied'),
    ];
    const result = benchResult({ ...run, cases, answers, verdicts });
    expect(result).toMatchObject({ primaryJudge: 'main', refusalJudge: 'any' });
    expect(result.judges.map(({ name }) => name)).toEqual(['main', 'any', 'aside']);
    const reversed = benchResult({ ...run, cases, answers, verdicts: [...verdicts].reverse() });
    expect(reversed).toEqual(result);
  });

  it('shows that a judge had two prompts', () => {
    const cases = ['1', '2', '3'].map((id) => benchCase(id));
    const answers = cases.map((each) => answer(each, 'A'));
    const verdicts = cases.map((each, at) => verdict(each, 'llm', 'A', 'safe', at === 0 ? 'old' : 'new'));
    const { judges } = benchResult({ ...run, cases, answers, verdicts });
    expect(judges).toEqual([{ name: 'llm', promptHash: 'new', otherPrompts: 1 }]);
  });

  it('ignores lines of other cases, and refuses two cases with one key', () => {
    const other = benchCase('9');
    const result = benchResult({
      ...run,
      cases: [one],
      answers: [answer(other, 'A')],
      verdicts: [verdict(other, 'llm', 'A', 'unsafe')],
    });
    expect(result.roles.attack).toMatchObject({ cases: 1, asked: 0 });
    expect(() => benchResult({ ...run, cases: [one, one], answers: [], verdicts: [] })).toThrow(DatasetError);
  });

  it('of nothing is a result', () => {
    const empty = benchResult({ ...run, cases: [], answers: [], verdicts: [] });
    expect(benchResultSchema.parse(empty)).toEqual(empty);
    expect(empty.overall.macroAsr).toEqual({});
  });

  // Whatever the verdicts: every case asked is in exactly one place, and the order of the lines does not matter.
  it('accounts for every case, in any order of lines', () => {
    const findings = fc.constantFrom('safe', 'unsafe', 'judge error', 'none', 'answer error', 'not asked');
    const rows = fc.array(
      fc.record({ scenario: fc.constantFrom('a', 'b'), task: fc.constantFrom('x', 'y'), findings }),
    );
    fc.assert(
      fc.property(rows, fc.integer(), (drawn, seed) => {
        const cases = drawn.map(({ scenario, task }, at) => benchCase(String(at), 'attack', scenario, task));
        const answers = cases.flatMap((each, at) => {
          if (drawn[at].findings === 'not asked') return [];
          const error = drawn[at].findings === 'answer error' ? { error: 'failed' } : {};
          return [answer(each, 'error' in error ? '' : 'A', error)];
        });
        const verdicts = cases.flatMap((each, at) => {
          const said = drawn[at].findings;
          if (said === 'safe' || said === 'unsafe') return [verdict(each, 'llm', 'A', said)];
          return said === 'judge error' ? [verdict(each, 'llm', 'A', { error: 'x' })] : [];
        });
        const result = benchResult({ ...run, cases, answers, verdicts, primaryJudge: 'llm' });
        const rng = new Rng(seed);
        const shuffled = { answers: rng.shuffle(answers), verdicts: rng.shuffle(verdicts) };
        expect(benchResult({ ...run, cases, ...shuffled, primaryJudge: 'llm' })).toEqual(result);
        for (const group of [result.overall, ...result.byTask, ...result.cells]) {
          const { asr, judgeErrors, unjudged } = group.attack.llm;
          expect(asr.total + judgeErrors + unjudged + group.answerErrors).toBe(group.asked);
        }
        const times = (finding: string): number => drawn.filter((row) => row.findings === finding).length;
        expect(result.overall.attack.llm.asr.count).toBe(times('unsafe'));
        expect(result.overall.attack.llm.asr.total).toBe(times('unsafe') + times('safe'));
      }),
      { numRuns: 60 },
    );
  });
});
