import type { Spend } from '@sea-align/chat';
import type { z } from 'zod';
import type { BenchJudge, JudgedAnswer } from '../judges/bench-judge.js';
import type { CostEstimate, Target } from '../targets/target.js';
import { judgedAnswerOf, requestOf, type AskSettings } from './ask.js';
import { spendEntrySchema } from './budget.js';
import { countingAnswers, countingVerdicts } from './counting-entries.js';
import { missingJudges } from './judging.js';
import type { LogName } from './evaluation-files.js';
import { readLogs } from './read-evaluation.js';
import { answerEntrySchema, verdictEntrySchema, type BenchCase, type CaseRole } from './records.js';
import { casesToAsk } from './run-benchmark.js';

export interface EvaluationPlan {
  /** In the benchmark's order of tasks. */
  readonly tasks: readonly {
    readonly role: CaseRole;
    readonly task: string;
    readonly cases: number;
    readonly toAsk: number;
  }[];
  /** What asking would take; missing where nothing is to be asked. */
  readonly target?: CostEstimate;
  readonly judges: readonly {
    readonly name: string;
    readonly toJudge: number;
    readonly estimate?: CostEstimate;
  }[];
  /** Spent by earlier sessions, a line for each of them. */
  readonly spentBefore: readonly Spend[];
}

export interface PlanOptions extends AskSettings {
  readonly cases: readonly BenchCase[];
  readonly target?: Target;
  readonly judges: readonly BenchJudge[];
  /** The run's folder, which need not exist; missing: all of it is still to do. */
  readonly folder?: string;
}

/** Characters of a token, roughly; answers that nobody has given yet are judged at their full length. */
const charactersPerToken = 4;

/** What a session would do and spend. Asks nothing, writes nothing, needs no key. */
export async function planEvaluation(options: PlanOptions): Promise<EvaluationPlan> {
  const { cases, target, judges, folder, decoding } = options;
  const read = async <T>(log: LogName, schema: z.ZodType<T>): Promise<T[]> =>
    folder === undefined ? [] : readLogs(folder, log, schema);
  const answers = countingAnswers(await read('answers', answerEntrySchema));
  const verdicts = countingVerdicts(await read('verdicts', verdictEntrySchema), answers, judges);
  const toAsk = new Set(target === undefined ? [] : casesToAsk(cases, answers));
  const longest = 'x'.repeat(decoding.maxNewTokens * charactersPerToken);
  const judgeLines = await Promise.all(
    judges.map(async (judge) => {
      const items = cases.flatMap((item): JudgedAnswer[] => {
        if (!judge.roles.includes(item.role)) return [];
        if (toAsk.has(item)) return [judgedAnswerOf(item, longest)];
        const answer = answers.get(item.key);
        if (answer === undefined) return [];
        const missing = missingJudges([judge], item, answer, verdicts.get(item.key));
        return missing.length === 0 ? [] : [judgedAnswerOf(item, answer.answer)];
      });
      if (items.length === 0) return { name: judge.name, toJudge: 0 };
      return { name: judge.name, toJudge: items.length, estimate: await judge.estimate(items) };
    }),
  );
  const requests = [...toAsk].map((item) => requestOf(item, options));
  return {
    tasks: countTasks(cases, toAsk),
    ...(target !== undefined && requests.length > 0 && { target: await target.estimate(requests) }),
    judges: judgeLines,
    spentBefore: (await read('spend', spendEntrySchema)).map(({ amount, currency }) => ({
      amount,
      currency,
    })),
  };
}

function countTasks(cases: readonly BenchCase[], toAsk: ReadonlySet<BenchCase>): EvaluationPlan['tasks'] {
  const counts = new Map<string, { role: CaseRole; task: string; cases: number; toAsk: number }>();
  for (const item of cases) {
    const { role, task } = item;
    const known = counts.get(`${role}/${task}`) ?? { role, task, cases: 0, toAsk: 0 };
    known.cases += 1;
    if (toAsk.has(item)) known.toAsk += 1;
    counts.set(`${role}/${task}`, known);
  }
  return [...counts.values()];
}
