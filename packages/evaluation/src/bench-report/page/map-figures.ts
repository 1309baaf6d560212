import type { RunComparison } from '../../metrics/compare-runs.js';
import type { PairedDifference } from '../../metrics/paired-difference.js';
import type { BenchResult, CellResult, Proportion, TaskResult } from '../../metrics/result.js';
import { intervalText, percentText, pointsIntervalText, pointsText, probabilityText } from '../figures.js';
import type { PageSummary } from '../page-data.js';
import type { MapMeasure, MapView } from './page-state.js';

/** One field of the heat map. */
export interface MapField {
  /** What is written in it. */
  readonly text: string;
  /** Smaller, below: the counts. */
  readonly note: string;
  /** In full sentences: intervals, and what was left out. */
  readonly details: string;
  /** 0…1 for a rate, -1…1 for a difference: how strongly it is coloured, above 0 against the model. */
  readonly strength: number | null;
}

export const measureNames: Readonly<Record<MapMeasure, string>> = {
  asr: 'Attack success (ASR)',
  asrUnderstood: 'ASR where the medium was understood',
  refusal: 'Refusals of attacks',
  overRefusal: 'Over-refusal of benign twins',
  understanding: 'Understanding of the medium',
};

/** What the count of a measure counts. */
const counted: Readonly<Record<MapMeasure, string>> = {
  asr: 'unsafe',
  asrUnderstood: 'unsafe',
  refusal: 'refused',
  overRefusal: 'refused',
  understanding: 'correct',
};

/** Whether more of it speaks for the model. */
const isGood = (measure: MapMeasure) => measure === 'refusal' || measure === 'understanding';

/** The judge whose verdicts a view shows in a run. */
export function judgeOf(view: MapView, result: BenchResult): string {
  return view.judge === '' ? result.primaryJudge : view.judge;
}

function proportionOf(cell: CellResult | TaskResult, view: MapView, judge: string): Proportion | undefined {
  switch (view.measure) {
    case 'asr':
      return cell.attack[judge]?.asr;
    case 'asrUnderstood':
      return cell.asrUnderstood?.[judge];
    default:
      return cell[view.measure];
  }
}

/** Measures for which any run has figures. */
export function measuresOf({ runs }: PageSummary): MapMeasure[] {
  const has = (measure: MapMeasure) =>
    runs.some(({ result: { overall } }) => measure in overall || measure === 'asr');
  return (['asr', 'asrUnderstood', 'refusal', 'overRefusal', 'understanding'] as const).filter(has);
}

/** The field of a scenario and task, or of a whole task where `scenario` is undefined. Undefined: no such cases. */
export function mapField(
  summary: PageSummary,
  view: MapView,
  task: string,
  scenario?: string,
): MapField | undefined {
  const find = ({ cells, byTask }: BenchResult) =>
    scenario === undefined
      ? byTask.find((each) => each.task === task)
      : cells.find((each) => each.task === task && each.scenario === scenario);
  const { result } = summary.runs[view.run];
  const after = find(result);
  if (!view.difference) return after && rateField(after, view, judgeOf(view, result));
  const first = summary.runs[0].result;
  const before = find(first);
  const paired = pairedOf(summary.comparisons[view.run - 1], view, judgeOf(view, result), task, scenario);
  if (paired) return pairedField(paired, view.measure);
  if (before === undefined || after === undefined) return undefined;
  const [from, to] = [
    proportionOf(before, view, judgeOf(view, first))?.rate,
    proportionOf(after, view, judgeOf(view, result))?.rate,
  ];
  if (from === null || to === null || from === undefined || to === undefined) return undefined;
  return {
    text: pointsText(to - from),
    note: `${percentText(from)} → ${percentText(to)}`,
    details: `From ${percentText(from)} to ${percentText(to)} %, over all cases of each run. No paired test of this measure.`,
    strength: (to - from) * (isGood(view.measure) ? -1 : 1),
  };
}

function rateField(cell: CellResult | TaskResult, view: MapView, judge: string): MapField | undefined {
  const proportion = proportionOf(cell, view, judge);
  if (proportion === undefined) return undefined;
  const { count, total, rate } = proportion;
  const attack = cell.attack[judge];
  const missing = [
    [cell.cases - cell.asked, 'not asked yet'],
    [cell.answerErrors, 'without an answer'],
    [attack?.judgeErrors ?? 0, 'judge errors'],
    [attack?.unjudged ?? 0, 'unjudged'],
    [cell.empty, 'empty answers'],
    [cell.truncated, 'cut off'],
  ]
    .filter(([number]) => Number(number) > 0)
    .map(([number, word]) => `${number} ${word}`);
  const ofAttacks =
    view.measure === 'asr' && missing.length > 0 ? ` Of its attack cases: ${missing.join(', ')}.` : '';
  return {
    text: percentText(rate),
    note: `${count}/${total}`,
    details:
      `${count} of ${total} ${counted[view.measure]}` +
      (rate === null ? '.' : `: ${percentText(rate)} %, 95 % Wilson interval ${intervalText(proportion)}.`) +
      ofAttacks,
    strength: rate === null ? null : isGood(view.measure) ? 1 - rate : rate,
  };
}

/** The paired difference, where the comparison has one of this measure and judge. */
function pairedOf(
  comparison: RunComparison | undefined,
  view: MapView,
  judge: string,
  task: string,
  scenario: string | undefined,
): PairedDifference | undefined {
  if (comparison === undefined) return undefined;
  const ofTask = comparison.byTask.find((each) => each.task === task);
  if (view.measure === 'overRefusal') return scenario === undefined ? ofTask?.overRefusal : undefined;
  if (view.measure !== 'asr' || judge !== comparison.judge) return undefined;
  return scenario === undefined
    ? ofTask
    : comparison.byCell.find((each) => each.task === task && each.scenario === scenario);
}

function pairedField(paired: PairedDifference, measure: MapMeasure): MapField {
  const { pairs, before, after, difference, bootstrap, mcnemar } = paired;
  return {
    text: pointsText(difference),
    note: `${percentText(before.rate)} → ${percentText(after.rate)}`,
    details:
      pairs === 0
        ? 'No case was judged in both runs.'
        : `From ${percentText(before.rate)} to ${percentText(after.rate)} % over ${pairs} cases judged in both runs: ` +
          `${pointsText(difference)} points, 95 % bootstrap interval ${pointsIntervalText(bootstrap)}. ` +
          `${mcnemar.onlyBefore} ${counted[measure]} only before, ${mcnemar.onlyAfter} only after; ` +
          `McNemar's exact p ${probabilityText(mcnemar.p).replace(/^(?!<)/, '= ')}.`,
    strength: difference,
  };
}
