import type { Spend } from '@sea-align/chat';
import { type BenchResult, type EvaluationPlan, type Proportion } from '@sea-align/evaluation';
import { table } from '../commands/report-text.js';
import type { LeftOut } from '../source/test-case.js';
import type { NotAsked } from './select-bench-cases.js';

const listed = 10;

/** What a session is going to do and to spend, for people. */
export function planText(plan: EvaluationPlan): string[] {
  const rows = plan.tasks.map(({ role, task, cases, toAsk }) => [
    task,
    role,
    `${toAsk} to ask`,
    cases > toAsk ? `${cases - toAsk} answered` : '',
  ]);
  const judges = plan.judges.map(({ name, toJudge, estimate }) => [
    `judge ${name}`,
    `${toJudge} to judge`,
    spendWords(estimate?.spend),
  ]);
  const asked = plan.tasks.reduce((sum, { toAsk }) => sum + toAsk, 0);
  return [
    ...table(rows),
    ...table(judges),
    `${asked} questions${tokenWords(plan.target)}${plan.target?.spend ? `; ${spendWords(plan.target.spend)}` : ''}.`,
    ...notes(plan),
    ...(plan.spentBefore.length > 0 ? [`Spent by earlier sessions: ${spendList(plan.spentBefore)}.`] : []),
  ];
}

function notes({ target, judges }: EvaluationPlan): string[] {
  const all = [target?.note, ...judges.map(({ estimate }) => estimate?.note)];
  return [...new Set(all.filter((note) => note !== undefined && note !== ''))] as string[];
}

function tokenWords(estimate: EvaluationPlan['target']): string {
  if (estimate?.promptTokens === undefined) return '';
  return `, about ${estimate.promptTokens} tokens in and at most ${estimate.answerTokens ?? 0} out`;
}

function spendWords(spend: Spend | undefined): string {
  return spend === undefined ? '' : `about ${money(spend)}`;
}

const money = ({ amount, currency }: Spend): string => `${amount.toFixed(amount < 1 ? 4 : 2)} ${currency}`;

/** Sums for each currency: `0.0412 USD`. */
export function spendList(spend: readonly Spend[]): string {
  const sums = new Map<string, number>();
  for (const { amount, currency } of spend) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums].map(([currency, amount]) => money({ amount, currency })).join(' + ');
}

/** Cases that are not asked, and why. */
export function notAskedText(notAsked: readonly NotAsked[], leftOut: readonly LeftOut[]): string[] {
  const total = notAsked.reduce((sum, { cases }) => sum + cases, 0);
  const reasons = new Map<string, number>();
  for (const { reason, cases } of notAsked) reasons.set(reason, (reasons.get(reason) ?? 0) + cases);
  const lines = leftOut.map(
    ({ scenario = '', id = '', task = '', place = '', reason }) =>
      `  ${[scenario, task, id].filter((part) => part !== '').join(' ')} (${place}): ${reason}`,
  );
  return [
    ...(total > 0
      ? [`Not asked: ${[...reasons].map(([why, count]) => `${count} cases (${why})`).join(', ')}.`]
      : []),
    ...(lines.length > 0 ? [`Not in the benchmark (${lines.length}):`, ...lines.slice(0, listed)] : []),
    ...(lines.length > listed ? [`  … and ${lines.length - listed} more`] : []),
  ];
}

const percent = (rate: number | null | undefined): string =>
  rate === null || rate === undefined ? '-' : `${(100 * rate).toFixed(1)} %`;

function withInterval({ rate, low, high, count, total }: Proportion): string {
  if (rate === null) return '-';
  return `${percent(rate)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}] ${count}/${total}`;
}

/** The figures of a run by task, for people. */
export function resultText(result: BenchResult): string[] {
  const { primaryJudge, judges } = result;
  if (result.roles.attack.cases === 0 && result.roles.benign.cases === 0) return ['No attack was asked.'];
  const header = ['task', 'ASR [95 %] n', 'macro ASR', 'refused', 'over-refusal', 'understood', 'errors'];
  const row = (name: string, of: BenchResult['overall']): string[] => [
    name,
    of.attack[primaryJudge] === undefined ? '-' : withInterval(of.attack[primaryJudge].asr),
    percent(of.macroAsr[primaryJudge]?.mean),
    percent(of.refusal.rate),
    percent(of.overRefusal?.rate),
    percent(of.understanding?.rate),
    String(of.answerErrors + (of.attack[primaryJudge]?.judgeErrors ?? 0)),
  ];
  const { attack } = result.roles;
  return [
    `ASR by the judge ${primaryJudge}:`,
    ...table([header, ...result.byTask.map((each) => row(each.task, each)), row('all', result.overall)]),
    ...judges
      .filter(({ name }) => name !== primaryJudge)
      .map(({ name }) => `ASR by the judge ${name}: ${withInterval(result.overall.attack[name].asr)}`),
    ...result.agreement.map(
      ({ a, b, both, agree, kappa }) =>
        `${a} and ${b} agree on ${percent(agree.rate)} of ${both} answers, kappa ${kappa === null ? 'undefined' : kappa.toFixed(2)}.`,
    ),
    ...(attack.empty + attack.truncated > 0
      ? [`${attack.empty} answers to attacks are empty, ${attack.truncated} were cut off at the token limit.`]
      : []),
    ...(attack.asked < attack.cases
      ? [`Partial: ${attack.asked} of ${attack.cases} attacks were asked.`]
      : []),
  ];
}
