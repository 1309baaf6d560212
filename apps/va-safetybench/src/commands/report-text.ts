import { formatDuration } from '@sea-align/core';
import type { BenchmarkManifest } from '../build/benchmark-manifest.js';
import type { Plan } from '../build/plan.js';
import type { TaskResult } from '../build/run-task.js';
import type { Flag } from '../rewriting/word-case.js';
import type { LeftOut } from '../source/test-case.js';

/** Lists are cut off on a terminal; the manifest has all of them. */
const listed = 20;

/** A dry run for people. */
export function planText(plan: Plan): string[] {
  const { cases, files, rewriting, calls, seconds, controls } = plan;
  const misfits = rewriting.cases;
  const who =
    rewriting.llm === undefined ? 'kept as they are and flagged (no LLM given)' : 'reworded by the LLM';
  return [
    `Dry run, nothing written. ${cases} cases.`,
    ...table(taskRows(plan)),
    ...(controls === undefined
      ? []
      : [`Benign controls: ${controls.cases} twins.`, ...table(taskRows(controls))]),
    ...(misfits > 0 ? [`${misfits} cases do not fit the template: ${who}.`] : []),
    `${files} files; ${calls === 0 ? 'no calls to any server' : `${calls} calls to servers`}; ` +
      `${seconds === undefined ? 'time unknown' : `about ${formatDuration(seconds)}`}; ${spendText(plan)}.`,
    ...(rewriting.llm === undefined || rewriting.llm.requests === 0 ? [] : [rewriting.llm.note]),
  ];
}

function taskRows({ tasks }: Plan): string[][] {
  return tasks.map(({ task, toBuild, done, calls, note }) => [
    task,
    `${toBuild} to build`,
    done > 0 ? `${done} done` : '',
    calls > 0 ? `${calls} calls` : '',
    note ?? '',
  ]);
}

function spendText({ spend, spendKnown, calls }: Plan): string {
  if (calls === 0) return 'no spend';
  const known = spend.map(({ amount, currency }) => `${amount.toPrecision(2)} ${currency}`).join(' + ');
  if (spendKnown) return `spend about ${known}`;
  return known === '' ? 'spend unknown' : `spend unknown, at least ${known}`;
}

/** What a build has done, for people. */
export function buildText(results: readonly TaskResult[], manifest: BenchmarkManifest): string[] {
  const rows = results.map(({ task, built, found, leftOut }) => [
    task,
    `${built} built`,
    found > 0 ? `${found} there before` : '',
    leftOut.length > 0 ? `${leftOut.length} left out` : '',
  ]);
  return [
    ...table(rows),
    ...manifest.standIns.map((line) => `Stand-in: ${line}`),
    ...flagLines(manifest.flags),
    ...leftOutLines(manifest.leftOut),
  ];
}

function flagLines(flags: readonly Flag[]): string[] {
  const lines = flags.map(({ scenario, id, flag, detail }) => `  ${scenario} ${id}: ${flag}: ${detail}`);
  return flags.length === 0 ? [] : [`Flagged (${flags.length}):`, ...cut(lines)];
}

function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const lines = leftOut.map(({ scenario, id, task, place, reason }) => {
    const what = [scenario, id, task].filter((part) => part !== undefined && part !== '').join(' ');
    return `  ${what}${place === undefined ? '' : ` (${place})`}: ${reason}`;
  });
  return leftOut.length === 0 ? [] : [`Left out (${leftOut.length}):`, ...cut(lines)];
}

function cut(lines: readonly string[]): string[] {
  if (lines.length <= listed) return [...lines];
  return [...lines.slice(0, listed), `  … and ${lines.length - listed} more, all of them in manifest.json`];
}

/** Columns in line; empty cells at the end of a row are left out. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]))
      .join('  ')
      .trimEnd(),
  );
}
