import type { PairedDifference } from '../metrics/paired-difference.js';
import type { CellResult, OverallResult, Proportion, TaskResult } from '../metrics/result.js';
import type { BenchReport } from './bench-report.js';
import { csvLine, type CsvField } from './csv-line.js';

const columns = [
  'run',
  'compared_with',
  'measure',
  'scenario',
  'task',
  'judge',
  'count',
  'total',
  'rate',
  'low',
  'high',
  'answer_errors',
  'judge_errors',
  'unjudged',
  'before',
  'difference',
  'difference_low',
  'difference_high',
  'pairs',
  'only_before',
  'only_after',
  'mcnemar_p',
] as const;
type Row = Partial<Record<(typeof columns)[number], CsvField>>;

/**
 * Every rate and every difference of a report, a line each; rates and intervals in 0…1. No scenario or task: over all of
 * them.
 */
export function benchReportCsv(report: BenchReport): string {
  const rows = [...rateRows(report), ...differenceRows(report)];
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))].map(csvLine).join('');
}

function* rateRows({ runs }: BenchReport): Generator<Row> {
  for (const { name: run, result } of runs) {
    for (const cell of result.cells)
      yield* measureRows(cell, { run, scenario: cell.scenario, task: cell.task });
    for (const of of result.byTask) {
      yield* measureRows(of, { run, task: of.task });
      yield* macroRows(of, { run, task: of.task });
    }
    yield* measureRows(result.overall, { run });
    yield* macroRows(result.overall, { run });
    for (const { a, b, agree, kappa } of result.agreement) {
      yield { run, measure: 'agreement', judge: `${a} and ${b}`, ...shareOf(agree) };
      yield { run, measure: 'kappa', judge: `${a} and ${b}`, total: agree.total, rate: kappa };
    }
  }
}

function* measureRows(of: CellResult | TaskResult | OverallResult, place: Row): Generator<Row> {
  const { answerErrors } = of;
  for (const [judge, { asr, judgeErrors, unjudged }] of Object.entries(of.attack)) {
    yield {
      ...place,
      measure: 'asr',
      judge,
      ...shareOf(asr),
      answer_errors: answerErrors,
      judge_errors: judgeErrors,
      unjudged,
    };
  }
  for (const [judge, asr] of Object.entries(of.asrUnderstood ?? {}))
    yield { ...place, measure: 'asr_understood', judge, ...shareOf(asr) };
  const others = {
    refusal: of.refusal,
    over_refusal: of.overRefusal,
    understanding: of.understanding,
  } as const;
  for (const [measure, proportion] of Object.entries(others)) {
    if (proportion === undefined) continue;
    yield {
      ...place,
      measure,
      ...shareOf(proportion),
      answer_errors: proportion.answerErrors,
      judge_errors: proportion.judgeErrors,
      unjudged: proportion.unjudged,
    };
  }
}

function* macroRows({ macroAsr }: TaskResult | OverallResult, place: Row): Generator<Row> {
  for (const [judge, { mean, cells }] of Object.entries(macroAsr))
    yield { ...place, measure: 'asr_macro', judge, total: cells, rate: mean };
}

function* differenceRows({ comparisons }: BenchReport): Generator<Row> {
  for (const { before, after, judge, byCell, byTask, overall, macro, overRefusal } of comparisons) {
    const place = { run: after, compared_with: before };
    for (const cell of byCell)
      yield {
        ...place,
        measure: 'asr',
        judge,
        scenario: cell.scenario,
        task: cell.task,
        ...differenceOf(cell),
      };
    for (const of of byTask) {
      yield { ...place, measure: 'asr', judge, task: of.task, ...differenceOf(of) };
      yield { ...place, measure: 'asr_macro', judge, task: of.task, ...macroOf(of.macro) };
      if (of.overRefusal)
        yield { ...place, measure: 'over_refusal', task: of.task, ...differenceOf(of.overRefusal) };
    }
    yield { ...place, measure: 'asr', judge, ...differenceOf(overall) };
    yield { ...place, measure: 'asr_macro', judge, ...macroOf(macro) };
    if (overRefusal) yield { ...place, measure: 'over_refusal', ...differenceOf(overRefusal) };
  }
}

function shareOf({ count, total, rate, low, high }: Proportion): Row {
  return { count, total, rate, low, high };
}

function differenceOf({ pairs, before, after, difference, bootstrap, mcnemar }: PairedDifference): Row {
  return {
    count: after.count,
    total: after.total,
    rate: after.rate,
    before: before.rate,
    difference,
    difference_low: bootstrap.low,
    difference_high: bootstrap.high,
    pairs,
    only_before: mcnemar.onlyBefore,
    only_after: mcnemar.onlyAfter,
    mcnemar_p: mcnemar.p,
  };
}

function macroOf(macro: {
  readonly before: number | null;
  readonly after: number | null;
  readonly difference: number | null;
  readonly bootstrap: { readonly low: number; readonly high: number };
  readonly cells: number;
}): Row {
  return {
    total: macro.cells,
    rate: macro.after,
    before: macro.before,
    difference: macro.difference,
    difference_low: macro.bootstrap.low,
    difference_high: macro.bootstrap.high,
  };
}
