import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from '@sea-align/core';
import type { AnswerEntry, BenchCase, VerdictEntry } from '../bench/records.js';
import { benchResult } from '../metrics/bench-result.js';
import { benchReportJson, type BenchReport, type BenchReportRun } from './bench-report.js';
import { benchReportHtml } from './html-page.js';
import { pageCases } from './page-cases.js';
import type { PageAnswer, PageCase } from './page-data.js';

const asked = (role: BenchCase['role'], id: string, question = 'How?'): BenchCase => ({
  key: `${role}/S/T/${id}`,
  role,
  scenario: 'S',
  task: 'T',
  id,
  question,
});
const answered = ({ key }: BenchCase, answer: string): AnswerEntry => ({
  key,
  target: 'model',
  inputHash: '',
  answer,
  latencyMs: 1,
});
const judged = (
  { key }: BenchCase,
  answer: string,
  judge: string,
  verdict: VerdictEntry['verdict'],
): VerdictEntry => ({ key, judge, promptHash: 'p', answerHash: sha256(answer), verdict });

function run(
  name: string,
  cases: readonly BenchCase[],
  answers: readonly AnswerEntry[],
  verdicts: readonly VerdictEntry[],
): BenchReportRun {
  const data = { name, cases, answers, verdicts };
  return { ...data, result: benchResult({ ...data, target: 'model' }), facts: [], mediaBase: '../a b' };
}

const [first, second] = [asked('attack', '1'), asked('attack', '2', '</script><!--')];
const twin = asked('benign', '1');
const knows = asked('understanding', '1');
const base = run(
  'base',
  [first, second, twin, knows],
  [answered(first, 'Sure.'), answered(twin, 'I cannot help with that.'), answered(knows, 'a boat')],
  [
    judged(first, 'Sure.', 'llm', 'unsafe'),
    judged(first, 'Sure.', 'second', 'safe'),
    judged(knows, 'a boat', 'words', 'wrong'),
  ],
);
const other = run('other', [second, first], [answered(second, '\u2028<')], []);
const report: BenchReport = { title: 'Two <runs>', runs: [base, other], comparisons: [], notes: [] };

describe('pageCases', () => {
  const { cases, answers } = pageCases(report.runs);

  it('has every case once, and what each run made of it', () => {
    expect(cases.map(({ key }) => key)).toEqual([first, second, twin, knows].map(({ key }) => key));
    expect(answers.map((ofRun) => ofRun.map((answer) => answer?.answer ?? null))).toEqual([
      ['Sure.', null, 'I cannot help with that.', 'a boat'],
      [null, '\u2028<', null, null],
    ]);
  });

  it('has the status that the figures count', () => {
    const status = (ofRun: (PageAnswer | null)[]) => ofRun.map((answer) => answer?.status);
    // The refusal phrases judge the twin, although no line says so: as in the run's over-refusal.
    expect(base.result.overall.overRefusal?.count).toBe(1);
    expect(status(answers[0])).toEqual(['unsafe', undefined, 'refused', 'wrong']);
    expect(status(answers[1])).toEqual([undefined, 'unjudged', undefined, undefined]);
  });

  it('shows no verdict of an answer that was replaced since', () => {
    const stale = run('x', [first], [answered(first, 'new')], [judged(first, 'old', 'llm', 'unsafe')]);
    expect(pageCases([stale]).answers[0][0]).toMatchObject({ status: 'unjudged', verdicts: [] });
  });
});

describe('benchReportHtml', () => {
  const html = [...benchReportHtml(report)].join('');
  const blocks = [...html.matchAll(/<script type="application\/json" id="([^"]+)">(.*?)<\/script>/gs)];

  it('embeds data that reads back', () => {
    expect(blocks.map(([, id]) => id)).toEqual([
      'data-summary',
      'data-cases',
      'data-answers-0',
      'data-answers-1',
    ]);
    const [summary, cases, ...answers] = blocks.map(([, , text]) => JSON.parse(text) as unknown);
    expect(summary).toEqual(JSON.parse(benchReportJson(report)));
    expect((cases as PageCase[])[1].question).toBe('</script><!--');
    expect((answers[1] as PageAnswer[])[1].answer).toBe('\u2028<');
    for (const [, , text] of blocks) expect(text).not.toContain('<');
  });

  it('allows itself its own script and style, and media of its own place, and nothing else', () => {
    const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [, script] = /<script>(.*)<\/script>/s.exec(html.slice(html.lastIndexOf('<script>'))) ?? [];
    const [, style] = /<style>(.*)<\/style>/s.exec(html) ?? [];
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(script)}`,
      `style-src ${hash(style)}`,
      "media-src 'self' file:",
      "img-src 'self' file: data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html).not.toMatch(/\son\w+=|style="|https?:\/\/(?!www\.w3\.org)/);
  });

  it('escapes its title, and encodes the way to the media', () => {
    expect(html).toContain('<title>Two &lt;runs&gt;</title>');
    expect(html).toContain('"mediaBase":"../a%20b"');
  });
});
