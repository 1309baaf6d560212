import { performance } from 'node:perf_hooks';
import { SeaError, sha256, type JsonlLog } from '@sea-align/core';
import pLimit, { type LimitFunction } from 'p-limit';
import type { BenchJudge } from '../judges/bench-judge.js';
import { concernsOneJudgement, isOutage } from '../judges/judge-error.js';
import { judgedAnswerOf } from './ask.js';
import type { Budget } from './budget.js';
import { FailuresInRow } from './failures-in-row.js';
import type { AnswerEntry, BenchCase, VerdictEntry } from './records.js';
import type { StopSignal } from './stop-signal.js';

export interface JudgingOptions {
  readonly judges: readonly BenchJudge[];
  readonly log: JsonlLog<VerdictEntry>;
  /** Verdicts that count, by key and judge; grows with the run. */
  readonly known: Map<string, Map<string, VerdictEntry>>;
  readonly budget: Budget;
  readonly stop: StopSignal;
  readonly maxFailuresInRow: number;
}

/** The judges of a run at work: each judges so many answers at once as it can. */
export class Judging {
  readonly #options: JudgingOptions;
  readonly #limits: ReadonlyMap<BenchJudge, LimitFunction>;
  readonly #failures: ReadonlyMap<BenchJudge, FailuresInRow>;
  /** Verdicts given by this session, and judgements that failed. */
  judged = 0;
  errors = 0;

  constructor(options: JudgingOptions) {
    this.#options = options;
    const { judges, maxFailuresInRow } = options;
    this.#limits = new Map(judges.map((judge) => [judge, pLimit(judge.concurrency)]));
    this.#failures = new Map(
      judges.map((judge) => [judge, new FailuresInRow(`The judge ${judge.name}`, maxFailuresInRow)]),
    );
  }

  /** Judges that have not yet given their verdict on this answer. */
  missing(item: BenchCase, answer: AnswerEntry): BenchJudge[] {
    return missingJudges(this.#options.judges, item, answer, this.#options.known.get(item.key));
  }

  /** Has an answer judged by all who have not done so; ends when the last of them has. Never throws: see `StopSignal`. */
  async judge(item: BenchCase, answer: AnswerEntry): Promise<void> {
    const { stop } = this.#options;
    await Promise.all(
      this.missing(item, answer).map(async (judge) => {
        try {
          await this.#limits.get(judge)?.(() => this.#judgeOnce(judge, item, answer));
        } catch (error) {
          stop.fail(error);
        }
      }),
    );
  }

  async #judgeOnce(judge: BenchJudge, item: BenchCase, answer: AnswerEntry): Promise<void> {
    const { budget, stop, log, known } = this.#options;
    if (stop.failed) return;
    const judged = judgedAnswerOf(item, answer.answer);
    const estimates = budget.limited ? [(await judge.estimate([judged])).spend] : [];
    if (!(await budget.reserve(estimates))) {
      stop.budgetSpent();
      return;
    }
    const common = {
      key: item.key,
      judge: judge.name,
      promptHash: judge.promptHash,
      answerHash: sha256(answer.answer),
    };
    const startedAt = performance.now();
    let entry: VerdictEntry;
    let outage = false;
    try {
      if (stop.failed) return;
      const { verdict, raw, tokens, latencyMs } = await judge.judge(judged, { signal: stop.signal });
      entry = { ...common, verdict, ...(raw !== undefined && { raw }), ...(tokens && { tokens }), latencyMs };
    } catch (error) {
      if (!SeaError.isInstance(error) || !concernsOneJudgement(error)) throw error;
      const raw = error.details?.lastAnswer;
      entry = {
        ...common,
        error: error.message,
        ...(typeof raw === 'string' && { raw }),
        latencyMs: performance.now() - startedAt,
      };
      outage = isOutage(error);
    } finally {
      await budget.settle(estimates);
    }
    await log.append(entry);
    known.set(item.key, (known.get(item.key) ?? new Map<string, VerdictEntry>()).set(judge.name, entry));
    if (entry.error === undefined) this.judged += 1;
    else this.errors += 1;
    this.#failures.get(judge)?.note(entry.error, outage);
  }
}

/** Judges of the case's role without a verdict of their present prompt on this very answer. */
export function missingJudges(
  judges: readonly BenchJudge[],
  item: BenchCase,
  answer: AnswerEntry,
  known: ReadonlyMap<string, VerdictEntry> | undefined,
): BenchJudge[] {
  if (answer.error !== undefined) return [];
  return judges.filter(({ name, promptHash, roles }) => {
    if (!roles.includes(item.role)) return false;
    const verdict = known?.get(name);
    return verdict?.verdict === undefined || verdict.promptHash !== promptHash;
  });
}
