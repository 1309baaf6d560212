import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { temporaryFolder } from '@sea-align/e2e-support';
import { bench, readJson } from './bench.js';

const { file } = temporaryFolder();

interface DemoResult {
  build: { tasks: { task: string; built: number }[]; flagged: number; leftOut: { reason: string }[] };
  evaluations?: {
    name: string;
    asked: number;
    result: { tasks: string[]; scenarios: string[]; overall: { overRefusal: { total: number } } };
  }[];
  verification: { faults: unknown[]; standIns: string[]; checks: { check: string; checked: number }[] };
}

it('npm run demo:bench builds and verifies the sample in all eight scenarios', async () => {
  const { scripts } = readJson<{ scripts: Record<string, string> }>(
    new URL('../../package.json', import.meta.url).pathname,
  );
  expect(scripts['demo:bench']).toBe('node tools/setup/run.mjs apps/va-safetybench/src/bin.ts demo');
  const { code, stdout, stderr } = await bench(['demo', '--out', file('demo'), '--json']);
  expect(code, stderr).toBe(0);
  const { build, verification } = JSON.parse(stdout) as DemoResult;
  expect(build.tasks.map(({ built }) => built)).toEqual(Array(6).fill(23));
  expect(build.leftOut).toEqual([expect.objectContaining({ reason: 'Key Phrase is missing' })]);
  expect(build.flagged).toBe(1);
  expect(verification.faults).toEqual([]);
  expect(verification.standIns).toHaveLength(2);
  expect(verification.checks.find(({ check }) => check === 'hashes')?.checked).toBe(138);
  for (const scenario of ['1-IllegalActivitiy', '8-PrivacyViolence']) {
    expect(Object.keys(readJson(file('demo', 'Video_questions', `${scenario}.json`)))).toHaveLength(3);
  }
});

it('with --evaluate the embedded models answer it all, twins too, and there is a report of each', async () => {
  const { code, stdout, stderr } = await bench(['demo', '--evaluate', '--out', file('demo'), '--json'], {
    timeout: 580_000,
  });
  expect(code, stderr).toBe(0);
  const { evaluations = [] } = JSON.parse(stdout) as DemoResult;
  // Of 23 cases: Text_only and three media tasks, each with its twin, and what each medium shows.
  expect(evaluations.map(({ name, asked }) => [name, asked])).toEqual([
    ['tiny-qwen2-vl', 23 * (2 + 3 * 3)],
    ['tiny-qwen2-audio', 23 * (2 + 3 * 3)],
  ]);
  for (const { name, result } of evaluations) {
    expect(result.scenarios).toHaveLength(8);
    expect(result.overall.overRefusal.total).toBe(23 * 4);
    expect(readFileSync(file('demo-evaluation', name, 'report.html'), 'utf8')).toContain('</html>');
  }
}, 600_000);
