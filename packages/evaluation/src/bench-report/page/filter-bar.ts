import type { PageData } from '../page-data.js';
import { roles, verdictsOf } from './case-status.js';
import { choice } from './choice.js';
import { element, fill } from './element.js';
import { caseMarks, noFilter, type CaseFilter, type CaseMark } from './page-state.js';

const markNames: Readonly<Record<CaseMark, string>> = {
  disagree: 'judges disagree',
  errors: 'errors',
  empty: 'empty answers',
  truncated: 'cut off',
};
const changeNames = [
  ['', 'any'],
  ['changed', 'changed'],
  ['worse', 'became worse'],
  ['better', 'became better'],
] as const;
/** After the last key; a search through all answers need not run for every letter. */
const searchDelayMs = 150;

/** Search and conditions of the case list. */
export class FilterBar {
  readonly root: HTMLElement;
  readonly search: HTMLInputElement;
  readonly #data: PageData;
  readonly #onFilter: (filter: CaseFilter) => void;
  readonly #choices = element('div', { class: 'controls' });
  #filter: CaseFilter = noFilter;
  #timer = 0;

  constructor(data: PageData, onFilter: (filter: CaseFilter) => void) {
    this.#data = data;
    this.#onFilter = onFilter;
    this.search = element('input', {
      type: 'search',
      id: 'search',
      placeholder: 'questions, answers, ids; "a phrase"',
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: () => {
        clearTimeout(this.#timer);
        this.#timer = window.setTimeout(() => this.#set({ query: this.search.value }), searchDelayMs);
      },
    });
    this.root = element(
      'form',
      {
        class: 'filters',
        role: 'search',
        'aria-label': 'Cases',
        onsubmit: (event) => event.preventDefault(),
      },
      element('div', { class: 'choice wide' }, element('label', { for: 'search' }, 'Search'), this.search),
      this.#choices,
    );
  }

  show(filter: CaseFilter): void {
    this.#filter = filter;
    if (document.activeElement !== this.search) this.search.value = filter.query;
    const focused = document.activeElement?.id ?? '';
    fill(this.#choices, ...this.#selects(), this.#marks(), this.#reset());
    if (focused.startsWith('by-')) document.getElementById(focused)?.focus();
  }

  #set(change: Partial<CaseFilter>): void {
    clearTimeout(this.#timer);
    this.#onFilter({ ...this.#filter, query: this.search.value, ...change });
  }

  #selects(): HTMLElement[] {
    const { cases, summary } = this.#data;
    const { runs } = summary;
    const filter = this.#filter;
    const any = (values: readonly string[]) =>
      [['', 'any'], ...values.map((value) => [value, value])] as [string, string][];
    const distinct = (values: readonly string[]) => any([...new Set(values)]);
    const judges = runs.flatMap(({ result }) => [
      ...result.judges.map(({ name }) => name),
      result.refusalJudge,
    ]);
    const asked = roles.filter((role) => cases.some((each) => each.role === role));
    const verdicts = asked
      .filter((role) => filter.role === '' || role === filter.role)
      .flatMap((role) => verdictsOf[role]);
    const made = [
      choice(
        'by-scenario',
        'Scenario',
        distinct(cases.map(({ scenario }) => scenario)),
        filter.scenario,
        (scenario) => this.#set({ scenario }),
      ),
      choice('by-task', 'Task', distinct(cases.map(({ task }) => task)), filter.task, (task) =>
        this.#set({ task }),
      ),
    ];
    if (asked.length > 1) {
      made.push(
        choice('by-role', 'Role', any(asked), filter.role, (role) =>
          this.#set({ role: role as CaseFilter['role'], verdict: '' }),
        ),
      );
    }
    made.push(
      choice(
        'by-verdict',
        'Verdict',
        any([...verdicts, 'unjudged', 'judge error', 'no answer', 'not asked']),
        filter.verdict,
        (verdict) => this.#set({ verdict }),
      ),
    );
    if (new Set(judges).size > 1) {
      const named = distinct(judges.filter((name) => name !== ''));
      made.push(
        choice('by-judge', 'Judge', [['', 'the one that counts'], ...named.slice(1)], filter.judge, (judge) =>
          this.#set({ judge }),
        ),
      );
    }
    if (runs.length > 1) {
      const named = runs.map(({ name }, at): [string, string] => [String(at), name]);
      made.push(
        choice('by-run', 'Run', [['', 'any'], ...named], String(filter.run ?? ''), (run) =>
          this.#set({ run: run === '' ? undefined : Number(run) }),
        ),
        choice('by-change', `Since ${runs[0].name}`, changeNames, filter.change, (change) =>
          this.#set({ change: change as CaseFilter['change'] }),
        ),
      );
    }
    return made;
  }

  #marks(): HTMLElement {
    const { marks } = this.#filter;
    const buttons = caseMarks.map((mark) =>
      element(
        'button',
        {
          type: 'button',
          id: `by-mark-${mark}`,
          class: 'chip',
          'aria-pressed': String(marks.includes(mark)),
          onclick: () =>
            this.#set({
              marks: marks.includes(mark) ? marks.filter((each) => each !== mark) : [...marks, mark],
            }),
        },
        markNames[mark],
      ),
    );
    return element('div', { class: 'chips', role: 'group', 'aria-label': 'Only cases with' }, ...buttons);
  }

  #reset(): HTMLElement {
    return element(
      'button',
      {
        type: 'button',
        id: 'by-nothing',
        class: 'plain',
        disabled: JSON.stringify(this.#filter) === JSON.stringify(noFilter),
        onclick: () => {
          this.search.value = '';
          this.#onFilter(noFilter);
        },
      },
      'Clear',
    );
  }
}
