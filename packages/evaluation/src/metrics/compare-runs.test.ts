import { sha256 } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { caseKey, type BenchCase, type VerdictEntry } from '../bench/records.js';
import { compareRuns } from './compare-runs.js';
import type { RunData } from './outcomes.js';

interface Row {
  id: string;
  scenario?: string;
  question?: string;
  hash?: string | null;
  verdict?: 'safe' | 'unsafe';
}

function runOf(name: string, rows: readonly Row[], promptHash = 'prompt'): RunData {
  const cases = rows.map(({ id, scenario = 'a', question = 'What is it?', hash = 'abc' }): BenchCase => {
    const place = { role: 'attack', scenario, task: 'TYPO', id } as const;
    const medium =
      hash === null ? {} : { medium: { modality: 'video' as const, path: 'x.mp4', sha256: hash } };
    return { key: caseKey(place), ...place, question, ...medium };
  });
  const answers = cases.map(({ key }) => ({ key, target: name, inputHash: name, answer: 'A', latencyMs: 1 }));
  const verdicts = cases.flatMap(({ key }, at): VerdictEntry[] => {
    const { verdict } = rows[at];
    return verdict === undefined ? [] : [{ key, judge: 'llm', promptHash, answerHash: sha256('A'), verdict }];
  });
  return { name, cases, answers, verdicts };
}

const options = { judge: 'llm', seed: 5, resamples: 300 };

describe('compareRuns', () => {
  it('leaves out and counts cases whose question or medium differ, and cases of one run only', () => {
    const before = runOf('before', [
      { id: '1', verdict: 'unsafe' },
      { id: '2', verdict: 'unsafe', question: 'Old?' },
      { id: '3', verdict: 'unsafe', hash: 'old' },
      { id: '4', verdict: 'unsafe', hash: null },
      { id: '5', verdict: 'unsafe' },
      { id: '6' },
    ]);
    const after = runOf('after', [
      { id: '7', verdict: 'safe' },
      { id: '1', verdict: 'safe' },
      { id: '2', verdict: 'safe', question: 'New?' },
      { id: '3', verdict: 'safe', hash: 'new' },
      { id: '4', verdict: 'safe' },
      { id: '6', verdict: 'safe' },
    ]);
    const comparison = compareRuns(before, after, options);
    expect(comparison.overall).toMatchObject({ pairs: 1, difference: -1 });
    expect(comparison.unpaired).toEqual({ onlyBefore: 1, onlyAfter: 1, changed: 3, unjudged: 1 });
    expect(comparison.changedKeys).toEqual(['2', '3', '4'].map((id) => `attack/a/TYPO/${id}`));
    expect(comparison.warnings).toEqual([
      '3 attack cases left out: question or medium differ between the runs.',
      '2 attack cases left out: only one of the runs has them.',
      '1 attack case left out: without a verdict in one of the runs.',
    ]);
  });

  it('pairs media of unknown hash, and says so', () => {
    const before = runOf('before', [{ id: '1', verdict: 'unsafe', hash: '' }]);
    const after = runOf('after', [{ id: '1', verdict: 'unsafe' }]);
    const { overall, warnings } = compareRuns(before, after, options);
    expect(overall.pairs).toBe(1);
    expect(warnings).toEqual([
      '1 cases are paired although the hash of their medium is not known in both runs.',
    ]);
  });

  it('warns of a judge that changed between the runs, or said nothing', () => {
    const rows: Row[] = [{ id: '1', verdict: 'unsafe' }];
    const changed = compareRuns(runOf('before', rows), runOf('after', rows, 'other'), options);
    expect(changed.warnings.join()).toContain('another prompt or setting in each run');
    const silent = compareRuns(runOf('before', rows), runOf('after', [{ id: '1' }]), options);
    expect(silent.warnings.join()).toContain('The judge llm has no verdict in after.');
    expect(silent.overall).toMatchObject({ pairs: 0, difference: null, bootstrap: { low: -1, high: 1 } });
    expect(silent.macro).toMatchObject({ before: null, after: null, difference: null, cells: 0 });
  });

  it('gives the same intervals for the same seed, in any order of cases, and whatever other cells there are', () => {
    const rows = Array.from({ length: 60 }, (_, at): Row => {
      const verdict = at % 3 === 0 ? 'unsafe' : 'safe';
      return { id: String(at), scenario: at % 2 === 0 ? 'a' : 'b', verdict };
    });
    const later = rows.map((row, at): Row => ({ ...row, verdict: at % 5 === 0 ? 'unsafe' : 'safe' }));
    const first = compareRuns(runOf('before', rows), runOf('after', later), options);
    const again = compareRuns(runOf('before', rows), runOf('after', [...later].reverse()), options);
    expect(again).toEqual(first);
    const turned = compareRuns(runOf('before', [...rows].reverse()), runOf('after', later), options);
    expect(turned.overall).toEqual(first.overall);
    expect(turned.byTask).toEqual(first.byTask);
    expect([...turned.byCell].reverse()).toEqual(first.byCell);
    const other = compareRuns(runOf('before', rows), runOf('after', later), { ...options, seed: 6 });
    expect(other.overall.difference).toBe(first.overall.difference);
    expect(other.overall.bootstrap).not.toEqual(first.overall.bootstrap);
    const onlyA = (all: Row[]): Row[] => all.filter(({ scenario }) => scenario === 'a');
    const part = compareRuns(runOf('before', onlyA(rows)), runOf('after', onlyA(later)), options);
    expect(part.byCell[0]).toEqual(first.byCell[0]);

    const { low, high } = first.overall.bootstrap;
    expect(low).toBeLessThan(first.overall.difference ?? Number.NaN);
    expect(high).toBeGreaterThan(first.overall.difference ?? Number.NaN);
  });

  it('refuses a number of resamples that is none', () => {
    const run = runOf('run', []);
    expect(() => compareRuns(run, run, { ...options, resamples: 0 })).toThrow(RangeError);
  });
});
