import { countText } from '../figures.js';
import { visibleText } from '../visible-text.js';
import type { PageData } from '../page-data.js';
import { statusOf } from './case-status.js';
import { add, element } from './element.js';
import { badge } from './status-badge.js';

/** Rows kept beyond the ones in sight, on either side. */
const overscan = 5;
const snippetLength = 200;

/**
 * The list of cases: only the rows in sight are in the document, however many there are. A listbox: one stop of the Tab
 * key, arrows move the choice.
 */
export class CaseList {
  readonly root: HTMLElement;
  readonly #data: PageData;
  readonly #onChoose: (at: number, pointed: boolean) => void;
  readonly #rows: HTMLElement;
  readonly #none: HTMLElement;
  #cases: readonly number[] = [];
  #judge: string | undefined;
  #chosen = -1;
  #drawn = '';
  #frame = 0;

  /** `onChoose` is given the index of a case, and whether it was pointed at. */
  constructor(data: PageData, onChoose: (at: number, pointed: boolean) => void) {
    this.#data = data;
    this.#onChoose = onChoose;
    this.#rows = element('div', { class: 'rows', role: 'presentation' });
    this.#none = element('p', { class: 'none', hidden: true }, 'No case meets these conditions.');
    this.root = element(
      'div',
      { class: 'list', role: 'listbox', tabindex: 0, 'aria-label': 'Cases' },
      this.#rows,
      this.#none,
    );
    this.root.addEventListener('scroll', () => this.#schedule());
    this.root.addEventListener('keydown', (event) => this.#onKey(event));
    new ResizeObserver(() => this.#schedule()).observe(this.root);
  }

  /** Shows other cases, or the same with verdicts of another judge. Keeps the place if the chosen case is still among them. */
  show(cases: readonly number[], chosen: number, judge: string | undefined): void {
    this.#cases = cases;
    this.#judge = judge;
    this.#chosen = cases.indexOf(chosen);
    this.#none.hidden = cases.length > 0;
    this.#rows.style.height = `${cases.length * this.#rowHeight()}px`;
    if (this.#chosen < 0) this.root.scrollTop = 0;
    else this.#bringIntoSight(this.#chosen);
    this.#drawn = '';
    this.#draw();
  }

  /** Marks the case as the chosen one, if it is among those listed. */
  choose(at: number): void {
    const position = this.#cases.indexOf(at);
    if (position === this.#chosen) return;
    this.#chosen = position;
    if (position >= 0) this.#bringIntoSight(position);
    this.#drawn = '';
    this.#draw();
  }

  /** Moves the choice by `step` cases, to the first one if there was none. */
  move(step: number): void {
    if (this.#cases.length === 0) return;
    const from = this.#chosen < 0 && step > 0 ? -1 : this.#chosen;
    this.#choose(Math.min(this.#cases.length - 1, Math.max(0, from + step)));
  }

  /** Where the chosen case stands among the listed ones, from 0; -1 if it is not among them. */
  get position(): number {
    return this.#chosen;
  }

  get length(): number {
    return this.#cases.length;
  }

  #choose(position: number, pointed = false): void {
    this.#chosen = position;
    this.#bringIntoSight(position);
    this.#drawn = '';
    this.#draw();
    this.#onChoose(this.#cases[position], pointed);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.#rowHeight()) - 1);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.#cases.length,
      End: this.#cases.length,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.move(step);
  }

  #rowHeight(): number {
    return 4 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  #bringIntoSight(position: number): void {
    const height = this.#rowHeight();
    const top = position * height;
    const { scrollTop, clientHeight } = this.root;
    if (top < scrollTop) this.root.scrollTop = top;
    else if (top + height > scrollTop + clientHeight) this.root.scrollTop = top + height - clientHeight;
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const height = this.#rowHeight();
    const first = Math.max(0, Math.floor(this.root.scrollTop / height) - overscan);
    const visible = Math.ceil(this.root.clientHeight / height);
    const end = Math.min(this.#cases.length, first + visible + 2 * overscan);
    const drawn = `${first}-${end}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#rows.replaceChildren();
    for (let position = first; position < end; position++) this.#rows.append(this.#row(position, height));
    if (this.#chosen >= first && this.#chosen < end)
      this.root.setAttribute('aria-activedescendant', rowId(this.#chosen));
    else this.root.removeAttribute('aria-activedescendant');
  }

  #row(position: number, height: number): HTMLElement {
    const at = this.#cases[position];
    const { scenario, task, id, role, question, medium } = this.#data.cases[at];
    const { runs } = this.#data.summary;
    const badges = element('span', { class: 'badges' });
    runs.forEach((_, index) => {
      if (index > 0) add(badges, element('span', { class: 'arrow', 'aria-hidden': 'true' }, '›'));
      add(badges, badge(statusOf(this.#data.answers[index][at], role, this.#judge)));
    });
    const spoken = medium?.modality === 'audio' ? '(all of it is spoken)' : '(no text)';
    const snippet = question === '' ? spoken : question.slice(0, snippetLength);
    const row = element(
      'div',
      {
        class: 'row',
        role: 'option',
        id: rowId(position),
        'aria-selected': String(position === this.#chosen),
        'aria-setsize': this.#cases.length,
        'aria-posinset': position + 1,
        onclick: () => this.#choose(position, true),
      },
      element(
        'span',
        { class: 'row-head' },
        element('span', { class: 'row-name' }, `${scenario} · ${task} · ${id}`),
        role === 'attack' ? undefined : element('span', { class: 'role' }, role),
      ),
      badges,
      element('span', { class: 'snippet', dir: 'auto' }, visibleText(snippet.replaceAll('\n', ' '))),
    );
    row.style.transform = `translateY(${position * height}px)`;
    return row;
  }
}

function rowId(position: number): string {
  return `row-${position}`;
}

/** `12 of 10,000 cases` */
export function countLine(shown: number, all: number): string {
  return shown === all ? `${countText(all)} cases` : `${countText(shown)} of ${countText(all)} cases`;
}
