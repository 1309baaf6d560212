import type { CaseRole } from '../bench/records.js';
import { agreementOf } from './agreement.js';
import { attackJudges, refusalSource, summariseJudge, understandingJudge } from './judges.js';
import { countCases, measure, type Measuring } from './measures.js';
import { outcomesOf, type Outcome, type RunData } from './outcomes.js';
import type { BenchResult, CellResult, MacroRate, RoleCounts } from './result.js';

export interface BenchResultOptions extends RunData {
  /** Name of the target that answered. */
  readonly target: string;
  /**
   * Whose ASR is shown where only one is. Default: the judge of attacks with most verdicts that is not the refusal
   * judge. One without any verdict yet is listed all the same, with every answer unjudged.
   */
  readonly primaryJudge?: string;
  /** Who says whether an answer refuses. Default: the judge whose verdicts say so, else the refusal phrases. */
  readonly refusalJudge?: string;
}

/**
 * All numbers of an evaluation, finished or not. A function of its arguments alone; the order of lines of different
 * cases does not matter.
 *
 * Errors of the model, errors of judges and answers without a verdict are counted, each apart, and are in no
 * denominator.
 *
 * @throws DatasetError for two cases with one key
 */
export function benchResult(options: BenchResultOptions): BenchResult {
  const outcomes = outcomesOf(options);
  const refusal = refusalSource(outcomes, options.refusalJudge);
  const found = attackJudges(outcomes);
  const primaryJudge =
    options.primaryJudge ?? found.find((name) => name !== refusal.name) ?? found.at(0) ?? '';
  const judges = [
    ...(primaryJudge === '' ? [] : [primaryJudge]),
    ...found.filter((name) => name !== primaryJudge).sort(),
  ];
  const measuring: Measuring = {
    attackJudges: judges,
    refusal,
    understandingJudge: understandingJudge(outcomes),
    understandingOf: pairing(outcomes),
  };

  const cells = groupBy(outcomes, cellKey).map((group): CellResult => {
    const { scenario, task } = group[0].case;
    return { scenario, task, ...measure(group, measuring) };
  });
  const macro = (of: readonly CellResult[]): Record<string, MacroRate> =>
    Object.fromEntries(judges.map((judge) => [judge, macroRate(of, judge)]));
  const role = (wanted: CaseRole): RoleCounts =>
    countCases(outcomes.filter((outcome) => outcome.case.role === wanted));
  const tasks = distinct(outcomes.map((outcome) => outcome.case.task));
  return {
    format: 1,
    name: options.name,
    target: options.target,
    scenarios: distinct(outcomes.map((outcome) => outcome.case.scenario)),
    tasks,
    judges: judges.map((name) => summariseJudge(outcomes, name)),
    primaryJudge,
    refusalJudge: refusal.name,
    cells,
    byTask: tasks.map((task) => ({
      task,
      ...measure(
        outcomes.filter((outcome) => outcome.case.task === task),
        measuring,
      ),
      macroAsr: macro(cells.filter((cell) => cell.task === task)),
    })),
    overall: { ...measure(outcomes, measuring), macroAsr: macro(cells) },
    agreement: agreementOf(outcomes, judges),
    roles: { attack: role('attack'), benign: role('benign'), understanding: role('understanding') },
  };
}

/** Mean over the cells that have a judged answer. */
function macroRate(cells: readonly CellResult[], judge: string): MacroRate {
  const judged = cells.flatMap(({ scenario, attack }) => {
    const { rate } = attack[judge].asr;
    return rate === null ? [] : [{ scenario, rate }];
  });
  const sum = judged.reduce((total, { rate }) => total + rate, 0);
  return {
    mean: judged.length === 0 ? null : sum / judged.length,
    scenarios: distinct(judged.map(({ scenario }) => scenario)).length,
    cells: judged.length,
  };
}

function pairing(outcomes: readonly Outcome[]): (attack: Outcome) => Outcome | undefined {
  const checks = new Map(
    outcomes
      .filter((outcome) => outcome.case.role === 'understanding')
      .map((outcome) => [JSON.stringify([cellKey(outcome), outcome.case.id]), outcome]),
  );
  return (attack) => checks.get(JSON.stringify([cellKey(attack), attack.case.id]));
}

const cellKey = ({ case: { scenario, task } }: Outcome): string => JSON.stringify([scenario, task]);
const distinct = (values: readonly string[]): string[] => [...new Set(values)];

/** Groups in the order in which they first appear. */
function groupBy(outcomes: readonly Outcome[], key: (outcome: Outcome) => string): [Outcome, ...Outcome[]][] {
  const groups = new Map<string, [Outcome, ...Outcome[]]>();
  for (const outcome of outcomes) {
    const group = groups.get(key(outcome));
    if (group === undefined) groups.set(key(outcome), [outcome]);
    else group.push(outcome);
  }
  return [...groups.values()];
}
