import { ConfigError, type CommandContext } from '@sea-align/core';
import type { BenchResult, RunComparison } from '@sea-align/evaluation';
import { reportFormats, reportRuns, type ReportFormat } from '../report/report-runs.js';
import { table } from './report-text.js';

export interface ReportCommandOptions {
  readonly out?: string;
  readonly format?: readonly string[];
  readonly judge?: string;
  readonly seed: number;
  readonly bench?: string;
}

export interface ReportCommandResult {
  readonly files: readonly { readonly format: ReportFormat; readonly path: string }[];
  readonly runs: readonly { readonly name: string; readonly result: BenchResult }[];
  readonly comparisons: readonly RunComparison[];
  readonly notes: readonly string[];
}

/** `va-safetybench report RUN [RUN…]` */
export async function report(
  runs: readonly string[],
  { format, ...options }: ReportCommandOptions,
  { say }: CommandContext,
): Promise<ReportCommandResult> {
  const { files, report: written } = await reportRuns({ ...options, runs, formats: formatsOf(format) });
  for (const line of reportText(written)) say(line);
  for (const { path } of files) say(`Report: ${path}`);
  return {
    files,
    runs: written.runs.map(({ name, result }) => ({ name, result })),
    comparisons: written.comparisons,
    notes: written.notes,
  };
}

function formatsOf(words: readonly string[] | undefined): ReportFormat[] | undefined {
  if (words === undefined) return undefined;
  const unknown = words.filter((word) => !reportFormats.some((format) => format === word));
  if (unknown.length > 0 || words.length === 0) {
    throw new ConfigError(
      `--format: ${unknown.map((word) => JSON.stringify(word)).join(', ') || 'nothing'} is no format.`,
      { hint: `Formats: ${reportFormats.join(', ')}.` },
    );
  }
  return reportFormats.filter((format) => words.includes(format));
}

/** The figures that matter most, for a terminal. */
export function reportText({
  runs,
  comparisons,
  notes,
}: Pick<ReportCommandResult, 'runs' | 'comparisons' | 'notes'>): string[] {
  const percent = (rate: number | null | undefined) =>
    rate === null || rate === undefined ? '–' : (100 * rate).toFixed(1);
  const points = (value: number) => `${value < 0 ? '' : '+'}${(100 * value).toFixed(1)}`;
  return [
    ...table([
      [
        'run',
        'judge',
        'ASR %',
        '95 % interval',
        'mean',
        'unsafe',
        'refused %',
        'over-refusal %',
        'understood %',
      ],
      ...runs.map(({ name, result: { overall, primaryJudge } }) => {
        const asr = overall.attack[primaryJudge]?.asr;
        return [
          name,
          primaryJudge === '' ? 'none' : primaryJudge,
          percent(asr?.rate),
          asr === undefined ? '–' : `${percent(asr.low)} to ${percent(asr.high)}`,
          percent(overall.macroAsr[primaryJudge]?.mean),
          asr === undefined ? '–' : `${asr.count} of ${asr.total}`,
          percent(overall.refusal.rate),
          percent(overall.overRefusal?.rate),
          percent(overall.understanding?.rate),
        ];
      }),
    ]),
    ...comparisons.flatMap(({ before, after, overall: { difference, bootstrap, mcnemar, pairs } }) =>
      difference === null
        ? [`${after} against ${before}: no case was judged in both.`]
        : [
            `${after} against ${before}: ASR ${points(difference)} points (95 % ${points(bootstrap.low)} to ${points(bootstrap.high)}) over ` +
              `${pairs} cases, McNemar p ${mcnemar.p < 0.001 ? '< 0.001' : mcnemar.p.toFixed(3)}`,
          ],
    ),
    ...notes.map((note) => `Note: ${note}`),
  ];
}
