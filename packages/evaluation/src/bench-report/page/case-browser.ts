import { countText } from '../figures.js';
import type { PageData } from '../page-data.js';
import { showCase } from './case-detail.js';
import { filterCases } from './case-filter.js';
import { CaseList, countLine } from './case-list.js';
import { element, fill } from './element.js';
import { FilterBar } from './filter-bar.js';
import type { CaseFilter } from './page-state.js';

/** Conditions, the list of the cases that meet them, and the chosen case. */
export class CaseBrowser {
  readonly root: HTMLElement;
  readonly #data: PageData;
  readonly #bar: FilterBar;
  readonly #list: CaseList;
  readonly #count = element('p', { class: 'count', role: 'status' });
  readonly #steps = element('div', { class: 'steps' });
  readonly #detail = element('div', { class: 'detail', 'aria-label': 'Chosen case', role: 'region' });
  readonly #indexOf: ReadonlyMap<string, number>;
  #filtered = '';
  #shown: number | undefined;

  constructor(data: PageData, onFilter: (filter: CaseFilter) => void, onShow: (key: string) => void) {
    this.#data = data;
    this.#indexOf = new Map(data.cases.map(({ key }, at) => [key, at]));
    this.#bar = new FilterBar(data, onFilter);
    this.#list = new CaseList(data, (at, pointed) => {
      onShow(data.cases[at].key);
      // Where the case stands below the list, pointing at a row would seem to do nothing.
      if (pointed && isBelow(this.#detail, this.#list.root)) this.#detail.scrollIntoView();
    });
    this.root = element(
      'div',
      { class: 'browser' },
      this.#bar.root,
      this.#count,
      element('div', { class: 'panes' }, this.#list.root, this.#detail),
      element(
        'p',
        { class: 'quiet small keys' },
        'Keys: j and k go to the next and the previous case, arrows within the list, / to the search.',
      ),
    );
  }

  show(filter: CaseFilter, key: string): void {
    const at = this.#indexOf.get(key) ?? -1;
    const wanted = JSON.stringify(filter);
    if (wanted !== this.#filtered) {
      this.#filtered = wanted;
      this.#bar.show(filter);
      const found = filterCases(this.#data, filter);
      fill(this.#count, countLine(found.length, this.#data.cases.length));
      this.#list.show(found, at, filter.judge === '' ? undefined : filter.judge);
    } else {
      this.#list.choose(at);
    }
    const focused = document.activeElement?.id ?? '';
    fill(this.#steps, ...this.#stepButtons());
    if (focused.startsWith('step-')) document.getElementById(focused)?.focus();
    if (at === this.#shown) return;
    this.#shown = at;
    if (at >= 0) {
      const place = element('div');
      showCase(place, this.#data, at, this.#indexOf);
      fill(this.#detail, this.#steps, place);
    } else fill(this.#detail, element('p', { class: 'quiet' }, 'Choose a case to see and hear it.'));
    this.#detail.scrollTop = 0;
  }

  #stepButtons(): HTMLElement[] {
    const { position, length } = this.#list;
    const button = (name: string, disabled: boolean, onclick: () => void, more = '') =>
      element(
        'button',
        { type: 'button', class: `plain ${more}`, id: `step-${name}`, disabled, onclick },
        name,
      );
    const place = position < 0 ? 'not in the list' : `${countText(position + 1)} of ${countText(length)}`;
    return [
      element('span', { class: 'place quiet small' }, place),
      button('List', false, () => this.root.scrollIntoView(), 'back'),
      button('Previous', position <= 0, () => this.#list.move(-1)),
      button('Next', position >= length - 1, () => this.#list.move(1)),
    ];
  }

  /** Keys that work wherever the focus is, but where something is typed or played. */
  onPageKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target instanceof Element && target.closest('input, select, textarea, video, audio')) return;
    if (event.key === 'j') this.#list.move(1);
    else if (event.key === 'k') this.#list.move(-1);
    else if (event.key === '/') this.#bar.search.focus();
    else return;
    event.preventDefault();
  }
}

function isBelow(lower: Element, upper: Element): boolean {
  return lower.getBoundingClientRect().top >= upper.getBoundingClientRect().bottom;
}
