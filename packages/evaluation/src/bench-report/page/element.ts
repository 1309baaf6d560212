import { visibleText } from '../visible-text.js';

export type Child = Node | string | number | undefined;
type Listener = (event: Event) => void;
export type Attributes = Readonly<Record<string, string | number | boolean | Listener | undefined>>;

/**
 * A new element. Strings become text nodes, never markup; functions become listeners of the event that they are named
 * for (`onclick`); `true` an empty attribute; `false` and undefined none.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.replace(/^on/, ''), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== undefined && value !== false) made.setAttribute(name, visibleText(String(value)));
  }
  add(made, ...children);
  return made;
}

export function add(parent: Element, ...children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(visibleText(String(child))));
  }
}

/** Puts `children` in the place of what is in `parent`. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  add(parent, ...children);
}

/** A heading and a table that scrolls by itself where the window is too narrow. */
export function scrolling(label: string, table: HTMLTableElement): HTMLElement {
  return element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, table);
}

export interface TableColumn {
  readonly head: string;
  readonly numeric?: boolean;
  readonly hint?: string;
}

/** A table whose first cell of each row is the row's heading. */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const head = columns.map(({ head: text, numeric, hint }) =>
    element('th', { scope: 'col', class: numeric && 'number', title: hint }, text),
  );
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...cells.map((cell, at) =>
        at === 0
          ? element('th', { scope: 'row' }, cell)
          : element('td', { class: columns[at].numeric && 'number' }, cell),
      ),
    ),
  );
  return scrolling(
    caption,
    element(
      'table',
      {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}
