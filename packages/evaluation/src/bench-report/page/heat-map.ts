import { percentText, pointsIntervalText, pointsText } from '../figures.js';
import type { PageSummary } from '../page-data.js';
import { element, fill, scrolling } from './element.js';
import { judgeOf, mapField, measureNames, measuresOf, type MapField } from './map-figures.js';
import type { MapView } from './page-state.js';
import { choice } from './choice.js';

/** Scenario x task: every field a button that lists its cases. */
export class HeatMap {
  readonly root: HTMLElement;
  readonly #summary: PageSummary;
  readonly #onPick: (task: string, scenario?: string) => void;
  readonly #table = element('div');
  readonly #details = element('p', { class: 'details-line' });
  readonly #controls: HTMLElement;
  readonly #onView: (view: MapView) => void;

  /** `onView`: another view was chosen; `onPick`: the cases of a field are wanted. */
  constructor(
    summary: PageSummary,
    onView: (view: MapView) => void,
    onPick: (task: string, scenario?: string) => void,
  ) {
    this.#summary = summary;
    this.#onView = onView;
    this.#onPick = onPick;
    this.#controls = element('div', { class: 'controls' });
    this.root = element('div', { class: 'heat-map' }, this.#controls, this.#table, this.#details, legend());
  }

  show(view: MapView): void {
    const { runs } = this.#summary;
    const focused = document.activeElement?.id ?? '';
    fill(this.#controls, ...this.#choices(view));
    if (focused.startsWith('map-')) document.getElementById(focused)?.focus();
    const scenarios = [...new Set(runs.flatMap(({ result }) => result.scenarios))];
    const tasks = [...new Set(runs.flatMap(({ result }) => result.tasks))];
    const rows = scenarios.map((scenario) => this.#row(view, tasks, scenario, scenario));
    const micro = this.#row(view, tasks, 'all cases (micro)');
    const macro = view.measure === 'asr' ? this.#macroRow(view, tasks) : undefined;
    this.#say();
    const title = this.#title(view);
    const map = element(
      'table',
      { class: 'map' },
      element('caption', {}, title),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'scenario'),
          ...tasks.map((task) => element('th', { scope: 'col' }, task)),
        ),
      ),
      element('tbody', {}, ...rows),
      element('tfoot', {}, micro, macro),
    );
    map.style.setProperty('--tasks', String(tasks.length));
    fill(this.#table, scrolling(title, map));
  }

  #title(view: MapView): string {
    const { runs } = this.#summary;
    const { name, result } = runs[view.run];
    const judge = view.measure.startsWith('asr') ? `, judge ${judgeOf(view, result)}` : '';
    const what = view.difference
      ? `${measureNames[view.measure]}: ${name} against ${runs[0].name}, percentage points`
      : `${measureNames[view.measure]}: ${name}, percent`;
    return what + judge;
  }

  #choices(view: MapView): HTMLElement[] {
    const { runs } = this.#summary;
    const judges = [...new Set(runs.flatMap(({ result }) => result.judges.map(({ name }) => name)))];
    const made = [
      choice(
        'map-measure',
        'Measure',
        measuresOf(this.#summary).map((measure) => [measure, measureNames[measure]]),
        view.measure,
        (measure) => this.#onView({ ...view, measure: measure as MapView['measure'] }),
      ),
    ];
    if (runs.length > 1) {
      const shown = [
        ...runs.map(({ name }, at): [string, string] => [String(at), name]),
        ...runs
          .slice(1)
          .map(({ name }, at): [string, string] => [`d${at + 1}`, `Difference: ${name} − ${runs[0].name}`]),
      ];
      made.push(
        choice('map-run', 'Run', shown, `${view.difference ? 'd' : ''}${view.run}`, (value) =>
          this.#onView({ ...view, difference: value.startsWith('d'), run: Number(value.replace('d', '')) }),
        ),
      );
    }
    if (judges.length > 1 && view.measure.startsWith('asr')) {
      const named = judges.map((name): [string, string] => [name, name]);
      made.push(
        choice('map-judge', 'Judge', named, judgeOf(view, runs[view.run].result), (judge) =>
          this.#onView({ ...view, judge: judge === runs[view.run].result.primaryJudge ? '' : judge }),
        ),
      );
    }
    return made;
  }

  #row(view: MapView, tasks: readonly string[], head: string, scenario?: string): HTMLElement {
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, head),
      ...tasks.map((task) => {
        const field = mapField(this.#summary, view, task, scenario);
        if (field === undefined) return element('td', { class: 'blank' }, '–');
        return this.#field(field, view, `${head}, ${task}`, () => this.#onPick(task, scenario));
      }),
    );
  }

  #macroRow(view: MapView, tasks: readonly string[]): HTMLElement {
    const cells = tasks.map((task) => {
      const field = macroField(this.#summary, view, task);
      if (field === undefined) return element('td', { class: 'blank' }, '–');
      return this.#field(field, view, `mean of scenarios, ${task}`, () => this.#onPick(task));
    });
    return element('tr', {}, element('th', { scope: 'row' }, 'mean of scenarios (macro)'), ...cells);
  }

  #field(field: MapField, view: MapView, name: string, onclick: () => void): HTMLElement {
    const say = () => this.#say(`${name}: ${field.details}`);
    const button = element(
      'button',
      {
        type: 'button',
        title: field.details,
        'aria-label': `${name}: ${field.text}. ${field.details} Lists the cases.`,
        onclick,
        onfocus: say,
        onpointerenter: say,
      },
      element('span', { class: 'figure' }, field.text),
      element('span', { class: 'note' }, field.note),
    );
    const cell = element('td', { class: shade(field, view) }, button);
    if (field.strength !== null)
      cell.style.setProperty('--strength', String(Math.min(1, Math.abs(field.strength))));
    return cell;
  }

  #say(text = 'Point at a field for its interval and counts; choose it to list its cases.'): void {
    fill(this.#details, text);
  }
}

function shade({ strength }: MapField, view: MapView): string {
  if (strength === null) return 'blank';
  return view.difference && strength < 0 ? 'cool' : 'hot';
}

function macroField(summary: PageSummary, view: MapView, task: string): MapField | undefined {
  const { result } = summary.runs[view.run];
  const judge = judgeOf(view, result);
  if (view.difference) {
    const comparison = summary.comparisons[view.run - 1];
    if (comparison === undefined || comparison.judge !== judge) return undefined;
    const macro = comparison.byTask.find((each) => each.task === task)?.macro;
    if (macro === undefined || macro.difference === null) return undefined;
    return {
      text: pointsText(macro.difference),
      note: `${percentText(macro.before)} → ${percentText(macro.after)}`,
      details:
        `The unweighted mean over ${macro.cells} scenarios goes from ${percentText(macro.before)} to ${percentText(macro.after)} %: ` +
        `${pointsText(macro.difference)} points, 95 % bootstrap interval ${pointsIntervalText(macro.bootstrap)}.`,
      strength: macro.difference,
    };
  }
  const macro = result.byTask.find((each) => each.task === task)?.macroAsr[judge];
  if (macro === undefined || macro.mean === null) return undefined;
  return {
    text: percentText(macro.mean),
    note: `of ${macro.scenarios}`,
    details: `Unweighted mean over ${macro.scenarios} scenarios: ${percentText(macro.mean)} %.`,
    strength: macro.mean,
  };
}

function legend(): HTMLElement {
  return element(
    'p',
    { class: 'quiet small' },
    'The stronger the colour, the further from what is wanted; blue in differences is a change for the better. Micro: every case weighs the same. Macro: the unweighted mean over scenarios, as published.',
  );
}
