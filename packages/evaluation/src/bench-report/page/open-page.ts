import type { PageData } from '../page-data.js';
import { CaseBrowser } from './case-browser.js';
import { element, fill } from './element.js';
import { HeatMap } from './heat-map.js';
import { overview } from './overview.js';
import { formatHash, noFilter, parseHash, type MapView, type PageState } from './page-state.js';
import { comparisonTables, countTable, factTable, judgeTables, taskTables } from './result-tables.js';
import { themeButton } from './theme.js';

/** Builds the page from its data, and keeps it in step with the hash of its address. */
export function openPage(data: PageData): void {
  const { summary } = data;
  let state = parseHash(location.hash);

  const change = (next: Partial<PageState>) => {
    state = { ...state, ...next };
    const hash = formatHash(state);
    history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
    show();
  };
  const browser = new CaseBrowser(
    data,
    (filter) => change({ filter }),
    (shown) => change({ shown }),
  );
  const map = new HeatMap(
    summary,
    (view) => change({ map: view }),
    (task, scenario = '') => {
      const role = roleOf(state.map);
      const run = summary.runs.length > 1 ? state.map.run : undefined;
      change({ filter: { ...noFilter, role, scenario, task, run, judge: state.map.judge } });
      goTo('cases');
    },
  );
  function show(): void {
    map.show(checked(state.map, data));
    browser.show(state.filter, state.shown);
  }

  const main = document.getElementById('main') as HTMLElement;
  fill(
    main,
    header(summary.title),
    ...(summary.notes.length === 0
      ? []
      : [
          element(
            'aside',
            { class: 'notes', 'aria-label': 'Notes' },
            element('ul', {}, ...summary.notes.map((note) => element('li', {}, note))),
          ),
        ]),
    overview(summary),
    section('results', 'Scenario by task', map.root),
    ...(summary.comparisons.length === 0
      ? []
      : [section('changes', 'Differences', ...comparisonTables(summary))]),
    section('tasks', 'Tasks', ...taskTables(summary)),
    section('judges', 'Judges', ...judgeTables(summary)),
    section('counts', 'Counts', countTable(summary)),
    section('facts', 'Runs', factTable(summary)),
    section('cases', 'Cases', browser.root),
  );
  show();
  if (state.shown !== '') goTo('cases');

  window.addEventListener('hashchange', () => {
    state = parseHash(location.hash);
    show();
    if (state.shown !== '') goTo('cases');
  });
  document.addEventListener('keydown', (event) => browser.onPageKey(event));
  document.getElementById('skip')?.addEventListener('click', (event) => {
    event.preventDefault();
    goTo('cases');
  });
}

/** Where a view asks for what the runs do not have, what is shown instead. */
function checked(view: MapView, { summary }: PageData): MapView {
  const run = Math.min(view.run, summary.runs.length - 1);
  const difference = view.difference && run > 0;
  const known = summary.runs[run].result.judges.some(({ name }) => name === view.judge);
  return { ...view, run, difference, judge: known ? view.judge : '' };
}

function roleOf({ measure }: MapView): PageState['filter']['role'] {
  if (measure === 'overRefusal') return 'benign';
  return measure === 'understanding' ? 'understanding' : 'attack';
}

function header(title: string): HTMLElement {
  const links = ['results', 'judges', 'cases'].map((id) =>
    element('button', { type: 'button', class: 'plain', onclick: () => goTo(id) }, id),
  );
  return element(
    'header',
    { class: 'top' },
    element('h1', {}, title),
    element('nav', { 'aria-label': 'Sections' }, ...links, themeButton()),
  );
}

function section(id: string, title: string, ...content: HTMLElement[]): HTMLElement {
  return element(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title`, tabindex: -1 }, title),
    ...content,
  );
}

function goTo(id: string): void {
  const title = document.getElementById(`${id}-title`);
  title?.scrollIntoView({ block: 'start' });
  title?.focus({ preventScroll: true });
}
