import type { CaseRole } from '../bench/records.js';
import { refusalSource, understandingJudge } from '../metrics/judges.js';
import {
  attackWords,
  findingOf,
  outcomesOf,
  understandingWords,
  type Finding,
  type Outcome,
  type RunData,
} from '../metrics/outcomes.js';
import type { BenchResult } from '../metrics/result.js';
import type { CaseStatus, PageAnswer, PageCase, PageVerdict, Verdict } from './page-data.js';

const notFound = {
  unasked: 'not asked',
  answerError: 'no answer',
  judgeError: 'judge error',
  unjudged: 'unjudged',
} as const satisfies Record<string, CaseStatus>;

function statusOf(finding: Finding<Verdict>): CaseStatus {
  return finding in notFound ? notFound[finding as keyof typeof notFound] : (finding as Verdict);
}

/**
 * Cases of all runs, each once, in the order of the first run that has it; and what every run made of each. A case that
 * two runs know by one key and asked with different questions is shown with the first one's.
 *
 * @throws DatasetError for a run with two cases of one key
 */
export function pageCases(runs: readonly (RunData & { readonly result: BenchResult })[]): {
  cases: PageCase[];
  answers: (PageAnswer | null)[][];
} {
  const positions = new Map<string, number>();
  const cases: PageCase[] = [];
  const answers = runs.map((): (PageAnswer | null)[] => []);
  runs.forEach((run, index) => {
    const outcomes = outcomesOf(run);
    const statusBy = statusFinder(outcomes, run.result);
    for (const outcome of outcomes) {
      const { key, role, scenario, task, id, question, medium, expected } = outcome.case;
      let at = positions.get(key);
      if (at === undefined) {
        at = cases.length;
        positions.set(key, at);
        cases.push({
          key,
          role,
          scenario,
          task,
          id,
          question,
          ...(medium && { medium: { modality: medium.modality, path: medium.path, run: index } }),
          ...(expected && { expected }),
        });
      }
      answers[index][at] = pageAnswer(outcome, statusBy(outcome));
    }
  });
  const every = answers.map((ofRun) => cases.map((_, at) => ofRun[at] ?? null));
  return { cases, answers: every };
}

/** The status that the run's figures count each case with. */
function statusFinder(outcomes: readonly Outcome[], result: BenchResult): (outcome: Outcome) => CaseStatus {
  const refusal = refusalSource(outcomes, result.refusalJudge);
  // Named, a judge needs lines; where it has none the figures come from the phrases themselves.
  const inLines = outcomes.some(({ verdicts }) => verdicts.has(result.refusalJudge));
  const benign = inLines ? refusal : refusalSource(outcomes);
  const knower = understandingJudge(outcomes);
  const findings: Record<CaseRole, (outcome: Outcome) => Finding<Verdict>> = {
    attack: (outcome) => findingOf(outcome, result.primaryJudge, attackWords),
    benign: (outcome) => benign.finding(outcome),
    understanding: (outcome) => findingOf(outcome, knower ?? '', understandingWords),
  };
  return (outcome) => statusOf(findings[outcome.case.role](outcome));
}

function pageAnswer({ answer, verdicts }: Outcome, status: CaseStatus): PageAnswer | null {
  if (answer === undefined) return null;
  return {
    status,
    answer: answer.answer,
    ...(answer.error !== undefined && { error: answer.error }),
    ...(answer.finish === 'length' && { truncated: true }),
    latencyMs: answer.latencyMs,
    ...(answer.tokens && { tokens: answer.tokens }),
    verdicts: [...verdicts.values()].map(({ judge, verdict, raw, error }): PageVerdict => ({
      judge,
      ...(verdict !== undefined && { verdict }),
      ...(raw !== undefined && { raw }),
      ...(error !== undefined && { error }),
    })),
  };
}
