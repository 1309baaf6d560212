import type { RunComparison } from '../metrics/compare-runs.js';
import type { RunData } from '../metrics/outcomes.js';
import type { BenchResult } from '../metrics/result.js';
import { encodePath } from './media-url.js';
import type { PageSummary, RunFact } from './page-data.js';

/** One evaluation run as a report shows it. */
export interface BenchReportRun extends RunData {
  readonly result: BenchResult;
  readonly facts: readonly RunFact[];
  /**
   * Where the benchmark's folder lies as seen from the page: relative, with `/`, not yet encoded; a `file:` URL where there
   * is no relative way. Missing: the cases are shown without their media.
   */
  readonly mediaBase?: string;
}

/** All that a report is made from; it adds no numbers of its own. */
export interface BenchReport {
  readonly title: string;
  /** At least one, with different names. The first is what the others are compared with. */
  readonly runs: readonly BenchReportRun[];
  /** Of each further run with the first, in their order; empty for one run. */
  readonly comparisons: readonly RunComparison[];
  /** Sentences that the reader should know first: what is missing, or not comparable. */
  readonly notes: readonly string[];
}

/** The report without its cases. */
export function summaryOf({ title, runs, comparisons, notes }: BenchReport): PageSummary {
  return {
    format: 1,
    title,
    runs: runs.map(({ name, result, facts, mediaBase }) => ({
      name,
      result,
      facts,
      ...(mediaBase !== undefined && {
        mediaBase: mediaBase.startsWith('file:') ? mediaBase : encodePath(mediaBase),
      }),
    })),
    comparisons,
    notes,
  };
}

/** `report.json`: every figure of the report, and what was run. */
export function benchReportJson(report: BenchReport): string {
  return `${JSON.stringify(summaryOf(report), null, 2)}\n`;
}
