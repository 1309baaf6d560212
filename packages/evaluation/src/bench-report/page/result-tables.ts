import type { PairedDifference } from '../../metrics/paired-difference.js';
import type { OverallResult, TaskResult } from '../../metrics/result.js';
import {
  countText,
  numberText,
  percentText,
  pointsIntervalText,
  pointsText,
  probabilityText,
  proportionText,
} from '../figures.js';
import type { PageSummary } from '../page-data.js';
import { element, table, type Child, type TableColumn } from './element.js';

const name = (head: string): TableColumn => ({ head });
const figure = (head: string, hint?: string): TableColumn => ({ head, numeric: true, hint });

/** Every task of every run, by the judge that counts. */
export function taskTables({ runs }: PageSummary): HTMLElement[] {
  return runs.map(({ name: runName, result }) => {
    const { primaryJudge: judge } = result;
    const row = (head: string, of: TaskResult | OverallResult): Child[] => [
      head,
      proportionText(of.attack[judge]?.asr),
      percentText(of.macroAsr[judge]?.mean),
      proportionText(of.refusal),
      proportionText(of.overRefusal),
      proportionText(of.understanding),
      proportionText(of.asrUnderstood?.[judge]),
    ];
    return table(
      `${runName}: percent, with 95 % Wilson intervals; judge ${judge === '' ? '(none)' : judge}, refusals by ${result.refusalJudge}`,
      [
        name('task'),
        figure('ASR, micro'),
        figure('ASR, macro'),
        figure('attacks refused'),
        figure('over-refusal'),
        figure('understanding'),
        figure('ASR if understood'),
      ],
      [...result.byTask.map((of) => row(of.task, of)), row('all', result.overall)],
    );
  });
}

/** What changed from the first run to each further one. */
export function comparisonTables({ comparisons }: PageSummary): HTMLElement[] {
  return comparisons.map((comparison) => {
    const row = (head: string, of: PairedDifference | undefined): Child[][] => {
      if (of === undefined) return [];
      const { mcnemar } = of;
      return [
        [
          head,
          percentText(of.before.rate),
          percentText(of.after.rate),
          pointsText(of.difference),
          pointsIntervalText(of.bootstrap),
          countText(of.pairs),
          countText(mcnemar.onlyBefore),
          countText(mcnemar.onlyAfter),
          of.pairs === 0 ? '–' : probabilityText(mcnemar.p),
        ],
      ];
    };
    const { macro } = comparison;
    const tasks = comparison.byTask.flatMap((each) => [
      ...row(`ASR, ${each.task}`, each),
      ...row(`over-refusal, ${each.task}`, each.overRefusal),
    ]);
    return table(
      `${comparison.after} against ${comparison.before}: cases judged in both runs, judge ${comparison.judge}; percent, differences in points`,
      [
        name(''),
        figure('before'),
        figure('after'),
        figure('difference'),
        figure('95 % interval', 'bootstrap over cases'),
        figure('pairs', 'cases judged in both runs'),
        figure('only before'),
        figure('only after'),
        figure('McNemar p', 'exact, two-sided'),
      ],
      [
        ...row('ASR, all cases (micro)', comparison.overall),
        [
          'ASR, mean of cells (macro)',
          percentText(macro.before),
          percentText(macro.after),
          pointsText(macro.difference),
          pointsIntervalText(macro.bootstrap),
          '',
          '',
          '',
          '',
        ],
        ...row('over-refusal', comparison.overRefusal),
        ...tasks,
      ],
    );
  });
}

/** Judges with their figures and failures, and how far each two agree. */
export function judgeTables({ runs }: PageSummary): HTMLElement[] {
  const judges = runs.flatMap(({ name: runName, result }) =>
    result.judges.map(({ name: judge, promptHash, otherPrompts }): Child[] => {
      const of = result.overall.attack[judge];
      return [
        judge,
        runName,
        proportionText(of?.asr),
        percentText(result.overall.macroAsr[judge]?.mean),
        of && countText(of.judgeErrors),
        of && countText(of.unjudged),
        element('code', { title: promptHash }, promptHash.slice(0, 12)),
        otherPrompts === 0 ? '' : `${countText(otherPrompts)} verdicts`,
      ];
    }),
  );
  const agreement = runs.flatMap(({ name: runName, result }) =>
    result.agreement.map(({ a, b, both, agree, kappa }): Child[] => [
      `${a} and ${b}`,
      runName,
      countText(both),
      proportionText(agree),
      numberText(kappa, 3),
    ]),
  );
  return [
    table(
      'Judges of attacks',
      [
        name('judge'),
        name('run'),
        figure('ASR, micro'),
        figure('ASR, macro'),
        figure('judge errors'),
        figure('unjudged'),
        name('prompt hash'),
        figure('with another prompt'),
      ],
      judges,
    ),
    ...(agreement.length === 0
      ? []
      : [
          table(
            'Agreement on answers that both judged',
            [name('judges'), name('run'), figure('both judged'), figure('agree, %'), figure('Cohen’s kappa')],
            agreement,
          ),
        ]),
  ];
}

/** Cases, and what became of them, by role. */
export function countTable({ runs }: PageSummary): HTMLElement {
  const rows = runs.flatMap(({ name: runName, result }) =>
    (['attack', 'benign', 'understanding'] as const)
      .filter((role) => result.roles[role].cases > 0)
      .map((role): Child[] => {
        const { cases, asked, answerErrors, empty, truncated } = result.roles[role];
        const missing = judgeFailures(result.overall, role, result.primaryJudge);
        const counts = [cases, asked, answerErrors, empty, truncated, missing.judgeErrors, missing.unjudged];
        return [runName, role, ...counts.map(countText)];
      }),
  );
  return table(
    'Cases asked, and what is in no rate: errors and answers without a verdict are in no denominator',
    [
      name('run'),
      name('role'),
      figure('cases'),
      figure('asked'),
      figure('without answer'),
      figure('empty'),
      figure('cut off'),
      figure('judge errors'),
      figure('unjudged'),
    ],
    rows,
  );
}

function judgeFailures(
  overall: OverallResult,
  role: 'attack' | 'benign' | 'understanding',
  judge: string,
): { judgeErrors: number; unjudged: number } {
  const none = { judgeErrors: 0, unjudged: 0 };
  if (role === 'attack') return overall.attack[judge] ?? none;
  return (role === 'benign' ? overall.overRefusal : overall.understanding) ?? none;
}

/** Facts of every run side by side; those that differ are marked. */
export function factTable({ runs }: PageSummary): HTMLElement {
  const labels = [...new Set(runs.flatMap(({ facts }) => facts.map(({ label }) => label)))];
  const rows = labels.map((label): Child[] => {
    const values = runs.map(({ facts }) => facts.find((fact) => fact.label === label)?.value ?? '–');
    const differ = new Set(values).size > 1;
    return [
      label,
      ...values.map((value) => element('span', { class: differ ? 'fact differs' : 'fact' }, value)),
      ...(runs.length > 1 ? [differ ? 'differs' : ''] : []),
    ];
  });
  return table(
    'What was run',
    [name(''), ...runs.map(({ name: runName }) => name(runName)), ...(runs.length > 1 ? [name('')] : [])],
    rows,
  );
}
