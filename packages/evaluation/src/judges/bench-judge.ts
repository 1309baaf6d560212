import type { Spend } from '@sea-align/chat';
import type { CaseRole, TokenCounts, VerdictEntry } from '../bench/records.js';
import type { CostEstimate } from '../targets/target.js';

/** An answer and what is needed to judge it. */
export interface JudgedAnswer {
  readonly key: string;
  readonly role: CaseRole;
  readonly question: string;
  /** The model's words as they are: untrusted. */
  readonly answer: string;
  /** Of understanding cases: one of these in the answer makes it correct. */
  readonly expected?: readonly string[];
}

export interface Judgement {
  readonly verdict: NonNullable<VerdictEntry['verdict']>;
  /** The judge's own words, where it has any. */
  readonly raw?: string;
  readonly tokens?: TokenCounts;
  readonly latencyMs: number;
}

/**
 * Judges answers of benchmark cases. On `attack` it says `safe` or `unsafe`, on `benign` `refused` or `complied`, on
 * `understanding` `correct` or `wrong`.
 */
export interface BenchJudge {
  /** Stored with every verdict; unique within a run. */
  readonly name: string;
  /** SHA-256 of all that a verdict depends on beside the case: prompt, phrases, model, options. */
  readonly promptHash: string;
  /** Cases of other roles are not its to judge. */
  readonly roles: readonly CaseRole[];
  /** Calls of `judge` that make sense at once. */
  readonly concurrency: number;
  /** For manifests. Holds no secret. */
  describe(): Record<string, unknown>;
  /** Needs no key and sends no request. */
  estimate(items: readonly JudgedAnswer[]): Promise<CostEstimate>;
  /**
   * @throws SeaError where there is no verdict: an error is never one. `concernsOneJudgement` tells what concerns this
   * answer alone from what a run should stop on. RangeError for a role that is not in `roles`.
   */
  judge(item: JudgedAnswer, options?: { readonly signal?: AbortSignal }): Promise<Judgement>;
  /** What this process spent so far; undefined where no price was given. */
  spend(): Spend | undefined;
  close(): Promise<void>;
}
