import { stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AtomicFile, ConfigError, writeFileAtomic } from '@sea-align/core';
import {
  benchReportCsv,
  benchReportHtml,
  benchReportJson,
  benchReportJsonl,
  benchReportMarkdown,
  benchResult,
  compareRuns,
  readEvaluation,
  type BenchReport,
  type BenchReportRun,
  type Evaluation,
  type RunComparison,
} from '@sea-align/evaluation';
import { reportNotes, type NotedRun } from './report-notes.js';
import { factsOf } from './run-facts.js';

export const reportFormats = ['html', 'md', 'csv', 'json', 'jsonl'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ReportOptions {
  /** Folders of evaluations; the first is what the others are compared with. */
  readonly runs: readonly string[];
  /** A file with the ending of a format, or a folder. Default: in the folder of the last run. */
  readonly out?: string;
  /** Default: that of the file named by `out`, else all. */
  readonly formats?: readonly ReportFormat[];
  /** Whose attack success is shown first. Default: each run's own. */
  readonly judge?: string;
  /** Of the bootstrap. */
  readonly seed: number;
  /** Where the benchmark lies now, if not where it was evaluated. */
  readonly bench?: string;
}

export interface WrittenReport {
  readonly files: readonly { readonly format: ReportFormat; readonly path: string }[];
  readonly report: BenchReport;
}

/**
 * Reads evaluations, finished or not, and writes a report of one or a comparison of several.
 *
 * @throws RunFolderError for a folder without an evaluation; ConfigError for a judge that no run has, or an `out` of no known
 * format; DatasetError for broken lines; DiskError
 */
export async function reportRuns(options: ReportOptions): Promise<WrittenReport> {
  const files = reportFiles(options);
  const evaluations = await Promise.all(options.runs.map((folder) => readEvaluation(resolve(folder))));
  const names = distinctNames(evaluations.map(({ name }) => name));
  checkJudge(options.judge, evaluations);
  const runs = await Promise.all(
    evaluations.map(async (evaluation, at): Promise<Run> => {
      const data = { ...evaluation, name: names[at] };
      const primaryJudge = options.judge ?? quotedJudge(evaluation);
      const bench = benchOf(evaluation, options.bench);
      const target = evaluation.answers[0]?.target ?? String(evaluation.facts.target.name ?? '');
      return {
        data,
        evaluation,
        name: names[at],
        result: benchResult({ ...data, target, primaryJudge }),
        bench,
        hasBench: bench !== undefined && (await isFolder(bench)),
      };
    }),
  );
  const [first, ...others] = runs;
  const comparisons = others.map((run) =>
    compareRuns(first.data, run.data, {
      judge: options.judge ?? first.result.primaryJudge,
      seed: options.seed,
    }),
  );
  const report = (folder: string) => reportOf(runs, comparisons, folder);
  for (const { format, path } of files) await write(format, path, report(dirname(path)));
  return { files, report: report(dirname(files[0].path)) };
}

interface Run extends NotedRun {
  readonly data: Evaluation;
  readonly bench: string | undefined;
}

function reportOf(runs: readonly Run[], comparisons: readonly RunComparison[], folder: string): BenchReport {
  return {
    title:
      runs.length === 1
        ? `VA-SafetyBench: ${runs[0].name}`
        : `VA-SafetyBench: ${runs.map(({ name }) => name).join(' and ')}`,
    runs: runs.map(({ name, data, evaluation, result, bench }): BenchReportRun => ({
      name,
      cases: data.cases,
      answers: data.answers,
      verdicts: data.verdicts,
      result,
      facts: factsOf(evaluation),
      ...(bench !== undefined && { mediaBase: wayTo(bench, folder) }),
    })),
    comparisons,
    notes: reportNotes(runs, comparisons),
  };
}

async function write(format: ReportFormat, path: string, report: BenchReport): Promise<void> {
  if (format === 'md') return writeFileAtomic(path, benchReportMarkdown(report));
  if (format === 'csv') return writeFileAtomic(path, benchReportCsv(report));
  if (format === 'json') return writeFileAtomic(path, benchReportJson(report));
  const file = await AtomicFile.open(path);
  try {
    const pieces = format === 'jsonl' ? benchReportJsonl(report) : benchReportHtml(report);
    for (const piece of pieces) await file.write(piece);
    await file.commit();
  } finally {
    await file.discard();
  }
}

/** Which files are to be written. @throws ConfigError */
function reportFiles({ runs, out, formats }: ReportOptions): { format: ReportFormat; path: string }[] {
  const name = runs.length === 1 ? 'report' : 'comparison';
  const folder = resolve(out ?? runs[runs.length - 1]);
  const ending = extname(folder).slice(1);
  const named = out === undefined ? undefined : reportFormats.find((format) => format === ending);
  if (named === undefined) {
    return (formats ?? reportFormats).map((format) => ({ format, path: join(folder, `${name}.${format}`) }));
  }
  const stem = join(dirname(folder), basename(folder, `.${ending}`));
  return (formats ?? [named]).map((format) => ({ format, path: `${stem}.${format}` }));
}

/** The judge whose figures an evaluation quotes: the first that judges attacks. */
function quotedJudge({ facts }: Evaluation): string | undefined {
  return facts.judges.find(({ roles }) => roles?.includes('attack') ?? true)?.name;
}

function checkJudge(judge: string | undefined, evaluations: readonly Evaluation[]): void {
  const known = [...new Set(evaluations.flatMap(({ verdicts }) => verdicts.map((each) => each.judge)))];
  if (judge === undefined || known.includes(judge)) return;
  throw new ConfigError(`--judge: no run has verdicts of ${JSON.stringify(judge)}.`, {
    hint: known.length === 0 ? 'Nothing has been judged yet.' : `Judges: ${known.join(', ')}.`,
  });
}

/** Two runs of one name are told apart by a number. */
function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name} (${number})`;
    taken.add(free);
    return free;
  });
}

function benchOf({ facts, folder }: Evaluation, elsewhere: string | undefined): string | undefined {
  if (elsewhere !== undefined) return resolve(elsewhere);
  return facts.bench === undefined ? undefined : resolve(folder, facts.bench);
}

/** From a folder to another, with `/`; as a `file:` URL where there is no way, as between drives. */
function wayTo(bench: string, folder: string): string {
  const way = relative(folder, bench);
  return isAbsolute(way) ? pathToFileURL(bench).href : way.split(sep).join('/');
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
