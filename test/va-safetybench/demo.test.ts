import { expect, it } from 'vitest';
import { temporaryFolder } from '@sea-align/e2e-support';
import { bench, readJson } from './bench.js';

const { file } = temporaryFolder();

interface DemoResult {
  build: { tasks: { task: string; built: number }[]; flagged: number; leftOut: { reason: string }[] };
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
