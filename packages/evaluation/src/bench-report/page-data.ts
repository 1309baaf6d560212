import type {
  AttackVerdict,
  BenchModality,
  CaseRole,
  RefusalVerdict,
  TokenCounts,
  UnderstandingVerdict,
  VerdictEntry,
} from '../bench/records.js';
import type { RunComparison } from '../metrics/compare-runs.js';
import type { BenchResult } from '../metrics/result.js';

/** What the page shows beside its cases; embedded as JSON, and all of `report.json`. */
export interface PageSummary {
  readonly format: 1;
  readonly title: string;
  /** The first is what the others are compared with. */
  readonly runs: readonly PageRun[];
  /** Of each further run with the first, in their order. */
  readonly comparisons: readonly RunComparison[];
  /** Why numbers of these runs may not be comparable, or not be final. */
  readonly notes: readonly string[];
}

/** A line of what is known of a run: `model`, `system prompt`, … */
export interface RunFact {
  readonly label: string;
  readonly value: string;
}

export interface PageRun {
  readonly name: string;
  readonly result: BenchResult;
  readonly facts: readonly RunFact[];
  /** Of the benchmark's folder, relative to the page, URL-encoded; missing if there is none to play from. */
  readonly mediaBase?: string;
}

/** A case, of whichever run it was first found in. */
export interface PageCase {
  readonly key: string;
  readonly role: CaseRole;
  readonly scenario: string;
  readonly task: string;
  readonly id: string;
  readonly question: string;
  readonly medium?: {
    readonly modality: BenchModality;
    /** Relative to the benchmark's folder. */
    readonly path: string;
    /** Index of the run whose benchmark has it. */
    readonly run: number;
  };
  readonly expected?: readonly string[];
}

export interface PageVerdict {
  readonly judge: string;
  readonly verdict?: VerdictEntry['verdict'];
  readonly raw?: string;
  readonly error?: string;
}

export type Verdict = AttackVerdict | RefusalVerdict | UnderstandingVerdict;

/** What became of a case in one run. */
export type CaseStatus = Verdict | 'judge error' | 'unjudged' | 'no answer' | 'not asked';

/** What one run has of a case. */
export interface PageAnswer {
  /** By the judge that the figures count. */
  readonly status: CaseStatus;
  readonly answer: string;
  readonly error?: string;
  readonly truncated?: boolean;
  readonly latencyMs: number;
  readonly tokens?: TokenCounts;
  readonly verdicts: readonly PageVerdict[];
}

/** All that the page's script is given. `answers[run][case]`; null: that run has not asked that case. */
export interface PageData {
  readonly summary: PageSummary;
  readonly cases: readonly PageCase[];
  readonly answers: readonly (readonly (PageAnswer | null)[])[];
}
