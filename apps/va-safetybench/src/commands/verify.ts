import { resolve } from 'node:path';
import type { CommandContext } from '@sea-align/core';
import { verifyBenchmark, type Verification } from '../verify/verify-benchmark.js';
import { table } from './report-text.js';

export interface VerifyCommandOptions {
  readonly concurrency: number;
}

/** `va-safetybench verify DIR` */
export async function verify(
  dir: string,
  { concurrency }: VerifyCommandOptions,
  { progress, signal, say }: CommandContext,
): Promise<Verification> {
  const root = resolve(dir);
  const result = await verifyBenchmark({ root, concurrency, signal, onProgress: progress.listener });
  for (const line of verificationText(result)) say(line);
  return result;
}

/** What was checked, what is wrong and what to do about it, for people. */
export function verificationText(verification: Verification): string[] {
  const { faults, controls } = verification;
  return [
    ...checksText(verification),
    ...(controls === undefined ? [] : ['Benign controls:', ...checksText(controls)]),
    ...faults.flatMap(({ path, fault, fix }) => [`${path}: ${fault}`, `    ${fix}`]),
    faults.length === 0 ? 'No faults.' : `${faults.length} faults.`,
  ];
}

function checksText({ checks, notes, standIns, leftOut }: Verification): string[] {
  const rows = checks.map(({ check, what, checked, faults: found, skipped }) => [
    found > 0 ? 'FAULT' : checked === 0 ? 'skipped' : 'ok',
    check,
    String(checked),
    skipped === undefined ? what : `${what}; skipped: ${skipped}`,
  ]);
  return [
    ...table(rows),
    ...notes.map((note) => `Note: ${note}`),
    ...standIns.map((line) => `Stand-in: ${line}`),
    ...(leftOut > 0 ? [`${leftOut} left out by the build, with their reasons in manifest.json.`] : []),
  ];
}
