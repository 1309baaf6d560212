import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ConfigError, SeaError, writeFileAtomic } from '@sea-align/core';
import {
  describeMachine,
  markdownPage,
  markdownTable,
  updatedPage,
  type BenchReport,
} from './bench-report.js';

/** An option's value. @throws ConfigError where it is no whole number of at least `least` */
export function wholeNumber(text: string, option: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new ConfigError(`--${option} must be a whole number of at least ${least}, got ${text}`);
}

export function printReport({ title, how, columns, rows }: BenchReport): void {
  console.log(`\n${title}\n${how}\n\n${markdownTable(columns, rows)}`);
}

/** Writes what was measured, and on what, to the files that were asked for. */
export async function writeReports(
  reports: readonly BenchReport[],
  { json, markdown }: { json?: string | undefined; markdown?: string | undefined },
): Promise<void> {
  const machine = describeMachine(await versions());
  const date = new Date().toISOString().slice(0, 10);
  if (json) await writeFileAtomic(json, `${JSON.stringify({ date, machine, reports }, null, 2)}\n`);
  if (!markdown) return;
  // Sections that no benchmark writes, such as the log, stay.
  const page = await readFile(markdown, 'utf8').catch(() => undefined);
  const text =
    page === undefined ? markdownPage(reports, machine, date) : updatedPage(page, reports, machine, date);
  await writeFileAtomic(markdown, text);
}

/** Versions of what the figures depend on, as installed. */
async function versions(): Promise<Record<string, string>> {
  const names = ['onnxruntime-node', 'onnxruntime-web', '@tensorflow/tfjs'];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await installedVersion(name)] as const)),
  );
}

/** Reads package.json where Node would look for it: a package need not export that file. */
async function installedVersion(name: string): Promise<string> {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const text = await readFile(`${folder}/${name}/package.json`, 'utf8').catch(() => undefined);
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  return 'not installed';
}

/** What a program does with an error that nothing caught: says it, without a stack trace where it was foreseen. */
export function failWith(usage: string): (thrown: unknown) => void {
  return (thrown) => {
    const error = asUserError(thrown, usage);
    const known = SeaError.isInstance(error);
    console.error(known ? [error.message, error.hint].filter(Boolean).join('\n') : error);
    process.exitCode = known ? error.exitCode : 1;
  };
}

/** parseArgs throws a plain TypeError that names the unknown option. */
function asUserError(error: unknown, usage: string): unknown {
  const misused =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return misused ? new ConfigError(`${error.message}\n${usage}`) : error;
}
