import type { ChatClient, ChatEstimate } from '@sea-align/chat';
import { rewriteRequest } from '../rewriting/rewrite-request.js';
import { needsRewriting } from '../rewriting/word-case.js';
import type { TestCase } from '../source/test-case.js';
import type { Producer, Spend, TaskEstimate } from './producer.js';
import type { CaseRecord, Records } from './records.js';
import { withoutMedium } from './run-task.js';
import { mediumOf, type MediaTask } from './tasks.js';

export interface TaskPlan extends TaskEstimate {
  readonly task: MediaTask;
  /** Finished by earlier runs. */
  readonly done: number;
  readonly toBuild: number;
}

/** What a build would do. */
export interface Plan {
  readonly cases: number;
  /** Media files and question files that would be written. */
  readonly files: number;
  readonly tasks: readonly TaskPlan[];
  /** Cases that do not fit the template, and what asking an LLM for them would take; without one they are kept as they are. */
  readonly rewriting: { readonly cases: number; readonly llm?: ChatEstimate };
  /** Requests to servers of all kinds. */
  readonly calls: number;
  /** Working time here; missing where a server's time is not known. */
  readonly seconds?: number;
  /** What is known of the spend, a sum per currency. */
  readonly spend: readonly Spend[];
  /** False: some part of the spend is not known. */
  readonly spendKnown: boolean;
  /** The benign twins; files, calls, time and spend above are those of both. */
  readonly controls?: Plan;
}

export interface PlanOptions {
  readonly cases: readonly TestCase[];
  /** The same cases, worded by the template where that needs no one to ask. */
  readonly records: readonly CaseRecord[];
  readonly finished: Records;
  readonly producers: readonly Producer[];
  readonly filesPerCase: (task: MediaTask) => number;
  readonly concurrency: number;
  readonly chat?: ChatClient;
}

/** Plans a build. Asks no server anything and needs no key. */
export async function planBuild(options: PlanOptions): Promise<Plan> {
  const { cases, records, finished, producers, filesPerCase, concurrency, chat } = options;
  const misfits = cases.filter(needsRewriting);
  const llm = await chat?.estimate(misfits.map((testCase) => rewriteRequest(testCase)));
  const tasks: TaskPlan[] = [];
  for (const producer of producers) {
    const { task } = producer;
    const todo = await withoutMedium(records, task, finished);
    tasks.push({
      task,
      done: records.length - todo.length,
      toBuild: todo.length,
      ...(await producer.estimate(todo)),
    });
  }
  const media = new Set(producers.map(({ task }) => mediumOf(task)));
  const scenarios = new Set(records.map(({ scenario }) => scenario));
  const asked = llm === undefined ? 0 : llm.requests - llm.cacheHits;
  const times = tasks.filter(({ toBuild }) => toBuild > 0).map(({ seconds }) => seconds);
  return {
    cases: records.length,
    files:
      sum(tasks.map(({ task, toBuild }) => toBuild * filesPerCase(task))) + media.size * scenarios.size + 1,
    tasks,
    rewriting: { cases: misfits.length, llm },
    calls: sum(tasks.map(({ calls }) => calls)) + asked,
    seconds: times.some((each) => each === undefined)
      ? undefined
      : sum(times.map((each) => each ?? 0)) / concurrency,
    spend: sumByCurrency([
      ...tasks.flatMap(({ spend }) => spend),
      ...(llm?.spend === undefined ? [] : [llm.spend]),
    ]),
    spendKnown: tasks.every(({ unpriced }) => !unpriced) && (asked === 0 || llm?.spend !== undefined),
  };
}

/** A plan with that of its controls: sums of both. */
export function withControls(plan: Plan, controls: Plan): Plan {
  const { seconds } = plan;
  return {
    ...plan,
    files: plan.files + controls.files,
    calls: plan.calls + controls.calls,
    seconds: seconds === undefined || controls.seconds === undefined ? undefined : seconds + controls.seconds,
    spend: sumByCurrency([...plan.spend, ...controls.spend]),
    spendKnown: plan.spendKnown && controls.spendKnown,
    controls,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sumByCurrency(parts: readonly Spend[]): Spend[] {
  const sums = new Map<string, number>();
  for (const { amount, currency } of parts) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums].map(([currency, amount]) => ({ currency, amount }));
}
