import type { Spend } from '@sea-align/chat';
import { ProgressMeter, RunFolderError, type ProgressListener } from '@sea-align/core';
import type { z } from 'zod';
import type { BenchJudge } from '../judges/bench-judge.js';
import type { Target, TargetReply } from '../targets/target.js';
import { answerEntryOf, inputHashOf, requestOf, type AskSettings } from './ask.js';
import { Backlog } from './backlog.js';
import { Budget, spendEntrySchema, type SpendEntry } from './budget.js';
import { countingAnswers, countingVerdicts } from './counting-entries.js';
import type { LogName } from './evaluation-files.js';
import { openLog, type EvaluationLog } from './evaluation-log.js';
import { FailuresInRow } from './failures-in-row.js';
import { Judging } from './judging.js';
import { RateLimit } from './rate-limit.js';
import {
  answerEntrySchema,
  verdictEntrySchema,
  type AnswerEntry,
  type BenchCase,
  type VerdictEntry,
} from './records.js';
import { StopSignal } from './stop-signal.js';

export interface RunBenchmarkOptions extends AskSettings {
  /** The cases that this session is to ask and judge; the target takes all their modalities. */
  readonly cases: readonly BenchCase[];
  /** Missing: nothing is asked, the answers that there are get judged. */
  readonly target?: Target;
  /** Names must be unique. */
  readonly judges: readonly BenchJudge[];
  /** The run's folder, opened (`openRunFolder`). */
  readonly folder: string;
  /** `i/n`: the session writes logs of its own. */
  readonly shard?: string;
  /** Calls of the target at once. Default: what it says. */
  readonly concurrency?: number;
  /** Questions a minute. Default: no limit. */
  readonly requestsPerMinute?: number;
  /** Stops before this is passed, over all sessions; in the currency of the prices given. */
  readonly maxCost?: number;
  /**
   * Errors without a success between them after which target or judge is given up (default 30); of outages, a third of them.
   */
  readonly maxFailuresInRow?: number;
  /**
   * Called before the first answer is stored: by then `target.describe()` knows the weights. What it throws ends the run, and
   * the answers are not stored.
   */
  readonly onTargetReady?: (target: Target) => Promise<void>;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

export interface BenchmarkRun {
  /** Answers that count, of this session's cases. */
  readonly answers: readonly AnswerEntry[];
  /** Verdicts that count, of this session's cases and judges. */
  readonly verdicts: readonly VerdictEntry[];
  /** Questions asked by this session, failed ones among them. */
  readonly asked: number;
  readonly answerErrors: number;
  /** Judgements by this session that failed: asked for again by the next. */
  readonly judgeErrors: number;
  /** Of all sessions, for each currency. */
  readonly spend: readonly Spend[];
  readonly stopped?: 'budget';
}

/**
 * Asks a target every case and has every answer judged, each as soon as it is there. Everything is on disk when it is done, in
 * logs that are only appended to: a stopped or killed run goes on where it was, and asks no answered question again. Errors
 * are no answers and no verdicts; the next run tries them again, after what was never tried.
 *
 * @throws what target or judges throw for faults that concern the whole run, SeaError after too many errors in a row,
 * the signal's reason, DatasetError for a broken log, DiskError. What was done until then is kept.
 */
export async function runBenchmark(options: RunBenchmarkOptions): Promise<BenchmarkRun> {
  const { folder, shard } = options;
  const opened: { close(): Promise<void> }[] = [];
  const open = async <T>(name: LogName, schema: z.ZodType<T>): Promise<EvaluationLog<T>> => {
    const log = await openLog(folder, name, schema, shard);
    opened.push(log.log);
    return log;
  };
  try {
    return await runWithLogs(options, {
      answers: await open('answers', answerEntrySchema),
      verdicts: await open('verdicts', verdictEntrySchema),
      spend: await open('spend', spendEntrySchema),
    });
  } finally {
    for (const log of opened) await log.close();
  }
}

interface Logs {
  readonly answers: EvaluationLog<AnswerEntry>;
  readonly verdicts: EvaluationLog<VerdictEntry>;
  readonly spend: EvaluationLog<SpendEntry>;
}

async function runWithLogs(options: RunBenchmarkOptions, logs: Logs): Promise<BenchmarkRun> {
  const { cases, target, judges, maxFailuresInRow = 30, signal } = options;
  const answers = countingAnswers(logs.answers.before);
  if (target !== undefined) cases.forEach((item) => refuseForeign(item, answers.get(item.key), options));
  const verdicts = countingVerdicts(logs.verdicts.before, answers, judges);
  const stop = new StopSignal(signal);
  const spenders = target === undefined ? judges : [target, ...judges];
  const budget = new Budget(options.maxCost, spenders, logs.spend.log, logs.spend.before);
  const judging = new Judging({
    judges,
    log: logs.verdicts.log,
    known: verdicts,
    budget,
    stop,
    maxFailuresInRow,
  });
  const backlog = new Backlog(judges.reduce((sum, { concurrency }) => sum + 2 * concurrency, 1));

  const hasAnswer = ({ key }: BenchCase) => answers.has(key) && answers.get(key)?.error === undefined;
  const unjudged = cases.filter(
    (item) => hasAnswer(item) && judging.missing(item, answers.get(item.key) as AnswerEntry).length > 0,
  );
  const toAsk = target === undefined ? [] : casesToAsk(cases, answers);
  const total = target === undefined ? cases.filter(hasAnswer).length : cases.length;
  const meter = new ProgressMeter('evaluate', total, options.onProgress, {
    alreadyDone: total - toAsk.length - unjudged.length,
  });
  let [asked, answerErrors] = [0, 0];
  const tick = (): void => {
    const errors = answerErrors + judging.errors;
    if (!stop.failed) meter.tick(1, errors > 0 ? { metrics: { errors } } : {});
  };
  const judge = (item: BenchCase, answer: AnswerEntry): Promise<void> =>
    judging.judge(item, answer).then(tick);

  const judgeEarlierAnswers = async (): Promise<void> => {
    for (const item of unjudged) {
      await backlog.room();
      if (stop.failed) return;
      backlog.add(judge(item, answers.get(item.key) as AnswerEntry));
    }
  };

  let ready: Promise<void> | undefined;
  const rate = new RateLimit(options.requestsPerMinute);
  const failures = new FailuresInRow(`The target ${target?.name ?? ''}`, maxFailuresInRow);
  const ask = async (model: Target, batch: readonly BenchCase[]): Promise<void> => {
    const requests = batch.map((item) => requestOf(item, options));
    await rate.wait(batch.length, signal);
    // A judge may have failed meanwhile.
    if (stop.stopped) return;
    const estimates = budget.limited ? [(await model.estimate(requests)).spend] : [];
    if (!(await budget.reserve(estimates))) return stop.budgetSpent();
    try {
      const replies = await model.answer(requests, { signal });
      await (ready ??= options.onTargetReady?.(model) ?? Promise.resolve());
      await store(model, batch, replies);
    } finally {
      // What was paid for is on disk first: a run that is killed in between does not ask for it again.
      await budget.settle(estimates);
    }
  };
  const store = async (
    model: Target,
    batch: readonly BenchCase[],
    replies: readonly TargetReply[],
  ): Promise<void> => {
    const entries = batch.map((item, at) => answerEntryOf(item, replies[at], model, options));
    for (const [at, entry] of entries.entries()) {
      await logs.answers.log.append(entry);
      answers.set(entry.key, entry);
      asked += 1;
      if (entry.error === undefined) {
        backlog.add(judge(batch[at], entry));
      } else {
        answerErrors += 1;
        tick();
      }
    }
    for (const reply of replies) failures.note(reply.error, reply.error !== undefined && reply.outage);
  };
  const askAll = async (model: Target): Promise<void> => {
    while (toAsk.length > 0) {
      // Judges that cannot keep up hold back the questions: what was paid for is judged, whenever a run stops.
      await backlog.room();
      if (stop.stopped) return;
      const batch = toAsk.splice(0, model.batchSize);
      if (batch.length > 0) await ask(model, batch);
    }
  };

  const guard = (work: Promise<void>): Promise<void> => work.catch((error: unknown) => stop.fail(error));
  const workers =
    target === undefined
      ? []
      : Array.from({ length: options.concurrency ?? target.concurrency }, () => guard(askAll(target)));
  await Promise.all([guard(judgeEarlierAnswers()), ...workers]);
  await backlog.drained();
  stop.throwIfFailed();
  const judgeNames = new Set(judges.map(({ name }) => name));
  return {
    answers: cases.flatMap(({ key }) => answers.get(key) ?? []),
    verdicts: cases.flatMap(({ key }) =>
      [...(verdicts.get(key)?.values() ?? [])].filter((verdict) => judgeNames.has(verdict.judge)),
    ),
    asked,
    answerErrors,
    judgeErrors: judging.errors,
    spend: budget.spent(),
    ...(stop.byBudget && { stopped: 'budget' as const }),
  };
}

/** Cases without an answer; those that failed before come last, as they may well fail again. */
export function casesToAsk(
  cases: readonly BenchCase[],
  answers: ReadonlyMap<string, AnswerEntry>,
): BenchCase[] {
  return [
    ...cases.filter(({ key }) => !answers.has(key)),
    ...cases.filter(({ key }) => answers.get(key)?.error !== undefined),
  ];
}

/** An answer that was given to something else must not pass for one of this run. */
function refuseForeign(item: BenchCase, answer: AnswerEntry | undefined, options: RunBenchmarkOptions): void {
  if (answer === undefined || answer.inputHash === inputHashOf(item, options)) return;
  throw new RunFolderError(
    `The answer to ${item.key} in ${options.folder} was given to another question, or by another model.`,
    {
      code: 'SEA_RUN_FOLDER_CONFIG',
      hint: 'Choose another --out, or start anew with --force.',
    },
  );
}
