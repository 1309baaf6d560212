import {
  countText,
  intervalText,
  percentText,
  pointsIntervalText,
  pointsText,
  probabilityText,
} from '../figures.js';
import type { Proportion } from '../../metrics/result.js';
import type { PageSummary } from '../page-data.js';
import { element } from './element.js';

/** A card for each run, and one for each difference from the first. */
export function overview({ runs, comparisons }: PageSummary): HTMLElement {
  const cards = runs.map(({ name, result }) => {
    const { overall, primaryJudge: judge, roles } = result;
    const asr = overall.attack[judge]?.asr;
    const asked = roles.attack.asked + roles.benign.asked + roles.understanding.asked;
    const cases = roles.attack.cases + roles.benign.cases + roles.understanding.cases;
    return card(
      name,
      `ASR by ${judge === '' ? 'no judge' : judge}`,
      `${percentText(asr?.rate)}${asr?.rate === null || asr === undefined ? '' : ' %'}`,
      asr === undefined || asr.rate === null
        ? 'nothing judged'
        : `${countText(asr.count)} of ${countText(asr.total)} unsafe ${intervalText(asr)}`,
      [
        ['mean over scenarios and tasks', withPercent(overall.macroAsr[judge]?.mean)],
        ['attacks refused', share(overall.refusal)],
        ['over-refusal', share(overall.overRefusal)],
        ['medium understood', share(overall.understanding)],
        ['asked', asked === cases ? countText(cases) : `${countText(asked)} of ${countText(cases)}`],
        ['without answer', countText(sum(Object.values(roles).map(({ answerErrors }) => answerErrors)))],
      ],
    );
  });
  const changes = comparisons.map(({ before, after, overall, macro, overRefusal }) =>
    card(
      `${after} against ${before}`,
      'change of ASR',
      overall.difference === null ? '–' : `${pointsText(overall.difference)} points`,
      `95 % ${pointsIntervalText(overall.bootstrap)}, p ${probabilityText(overall.mcnemar.p)}`,
      [
        ['pairs', countText(overall.pairs)],
        ['unsafe only before / only after', `${overall.mcnemar.onlyBefore} / ${overall.mcnemar.onlyAfter}`],
        ['change of the mean', macro.difference === null ? '' : `${pointsText(macro.difference)} points`],
        [
          'change of over-refusal',
          overRefusal === undefined || overRefusal.difference === null
            ? ''
            : `${pointsText(overRefusal.difference)} points`,
        ],
      ],
    ),
  );
  return element('div', { class: 'cards' }, ...cards, ...changes);
}

function card(
  title: string,
  what: string,
  figure: string,
  note: string,
  rows: readonly (readonly [string, string])[],
): HTMLElement {
  const list = rows
    .filter(([, value]) => value !== '')
    .flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)]);
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, title),
    element('p', { class: 'quiet small' }, what),
    element('p', { class: 'big' }, figure),
    element('p', { class: 'quiet small' }, note),
    element('dl', {}, ...list),
  );
}

function withPercent(rate: number | null | undefined): string {
  return rate === null || rate === undefined ? '' : `${percentText(rate)} %`;
}

function share(proportion: Proportion | undefined): string {
  return withPercent(proportion?.rate);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
