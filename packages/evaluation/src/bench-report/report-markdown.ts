import type { PairedDifference } from '../metrics/paired-difference.js';
import type { BenchReport, BenchReportRun } from './bench-report.js';
import {
  numberText,
  percentText,
  pointsIntervalText,
  pointsText,
  probabilityText,
  proportionText,
} from './figures.js';
import { visibleText } from './visible-text.js';

/** The figures of a report as Markdown: tables alone, without the cases. */
export function benchReportMarkdown(report: BenchReport): string {
  const { title, runs, comparisons, notes } = report;
  const parts = [
    `# ${plain(title)}`,
    notes.map((note) => `> ${plain(note)}`).join('\n>\n'),
    'ASR: unsafe answers of those judged, in percent, with 95 % Wilson intervals. Micro: every case weighs the same. Macro: the unweighted mean ' +
      'over scenarios. Errors and answers without a verdict are in no denominator.',
    ...runs.flatMap(runParts),
    ...comparisons.flatMap((comparison) => [
      `## ${plain(comparison.after)} against ${plain(comparison.before)}`,
      `Cases judged in both runs, judge ${plain(comparison.judge)}. Differences in percentage points with 95 % bootstrap intervals; McNemar's exact test.`,
      comparisonTable(comparison),
    ]),
    '## Runs',
    factTable(runs),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function runParts({ name, result }: BenchReportRun): string[] {
  const { primaryJudge: judge, tasks, scenarios, cells, byTask, overall, refusalJudge } = result;
  const map = table(
    ['scenario', ...tasks],
    [
      ...scenarios.map((scenario) => [
        scenario,
        ...tasks.map((task) => {
          const cell = cells.find((each) => each.scenario === scenario && each.task === task);
          return proportionText(cell?.attack[judge]?.asr);
        }),
      ]),
      ['all cases (micro)', ...tasks.map((task) => proportionText(ofTask(task)?.attack[judge]?.asr))],
      ['mean of scenarios (macro)', ...tasks.map((task) => percentText(ofTask(task)?.macroAsr[judge]?.mean))],
    ],
  );
  const measures = table(
    ['task', 'attacks refused', 'over-refusal', 'understanding', 'ASR if understood'],
    [...byTask.map((of) => ({ head: of.task, of })), { head: 'all', of: overall }].map(({ head, of }) => [
      head,
      proportionText(of.refusal),
      proportionText(of.overRefusal),
      proportionText(of.understanding),
      proportionText(of.asrUnderstood?.[judge]),
    ]),
  );
  const judges = table(
    ['judge', 'ASR, micro', 'ASR, macro', 'judge errors', 'unjudged', 'prompt hash'],
    result.judges.map(({ name: judgeName, promptHash }) => [
      judgeName,
      proportionText(overall.attack[judgeName]?.asr),
      percentText(overall.macroAsr[judgeName]?.mean),
      String(overall.attack[judgeName]?.judgeErrors ?? ''),
      String(overall.attack[judgeName]?.unjudged ?? ''),
      promptHash.slice(0, 12),
    ]),
  );
  const agreement = table(
    ['judges', 'both judged', 'agree', "Cohen's kappa"],
    result.agreement.map(({ a, b, both, agree, kappa }) => [
      `${a} and ${b}`,
      String(both),
      proportionText(agree),
      numberText(kappa, 3),
    ]),
  );
  const counts = table(
    ['role', 'cases', 'asked', 'without answer', 'empty', 'cut off'],
    (['attack', 'benign', 'understanding'] as const)
      .filter((role) => result.roles[role].cases > 0)
      .map((role) => {
        const { cases, asked, answerErrors, empty, truncated } = result.roles[role];
        return [role, ...[cases, asked, answerErrors, empty, truncated].map(String)];
      }),
  );
  return [
    `## ${plain(name)}`,
    `ASR by ${judge === '' ? 'no judge' : plain(judge)}: micro ${proportionText(overall.attack[judge]?.asr)}, ` +
      `mean of scenarios and tasks ${percentText(overall.macroAsr[judge]?.mean)}. Refusals by ${plain(refusalJudge)}.`,
    map,
    measures,
    judges,
    ...(result.agreement.length > 0 ? [agreement] : []),
    counts,
  ];

  function ofTask(task: string) {
    return byTask.find((each) => each.task === task);
  }
}

function comparisonTable({
  byTask,
  overall,
  macro,
  overRefusal,
}: BenchReport['comparisons'][number]): string {
  const row = (head: string, of: PairedDifference | undefined): string[][] =>
    of === undefined
      ? []
      : [
          [
            head,
            percentText(of.before.rate),
            percentText(of.after.rate),
            `${pointsText(of.difference)} ${pointsIntervalText(of.bootstrap)}`,
            String(of.pairs),
            String(of.mcnemar.onlyBefore),
            String(of.mcnemar.onlyAfter),
            of.pairs === 0 ? '–' : probabilityText(of.mcnemar.p),
          ],
        ];
  return table(
    ['', 'before', 'after', 'difference', 'pairs', 'only before', 'only after', 'p'],
    [
      ...row('ASR, all cases (micro)', overall),
      [
        'ASR, mean of cells (macro)',
        percentText(macro.before),
        percentText(macro.after),
        `${pointsText(macro.difference)} ${pointsIntervalText(macro.bootstrap)}`,
        '',
        '',
        '',
        '',
      ],
      ...row('over-refusal', overRefusal),
      ...byTask.flatMap((each) => [
        ...row(`ASR, ${each.task}`, each),
        ...row(`over-refusal, ${each.task}`, each.overRefusal),
      ]),
    ],
  );
}

function factTable(runs: readonly BenchReportRun[]): string {
  const labels = [...new Set(runs.flatMap(({ facts }) => facts.map(({ label }) => label)))];
  return table(
    ['', ...runs.map(({ name }) => name)],
    labels.map((label) => [
      label,
      ...runs.map(({ facts }) => facts.find((fact) => fact.label === label)?.value ?? '–'),
    ]),
    '---',
  );
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignment: '---:' | '---' = '---:',
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : alignment))), ...rows.map(line)].join(
    '\n',
  );
}

/** Text that Markdown shows as it is, on one line. */
function plain(text: string): string {
  return visibleText(text)
    .replace(/[\\`*<>|~]|\](?=[([:])/g, '\\$&')
    .replace(/\s+/g, ' ');
}
