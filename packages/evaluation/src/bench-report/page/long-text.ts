import { element } from './element.js';
import { visibleText } from '../visible-text.js';
import { countText } from '../figures.js';

/** Characters of a text that are shown at once; the rest waits for its button. */
export const shownAtFirst = 1500;
/** A text is laid out in blocks of about this many characters, of which the browser skips those out of sight. */
const blockLength = 8000;

/**
 * Any text, however long and whatever is in it. The characters of its blocks together are those of the text, with control
 * characters made visible.
 */
export function longText(text: string, label: string): HTMLElement {
  const body = element('div', { class: 'text', dir: 'auto' });
  if (text.trim() === '') {
    body.append(element('span', { class: 'quiet' }, text === '' ? '(empty)' : '(white space only)'));
    return body;
  }
  if (text.length <= shownAtFirst * 1.2) {
    body.append(...blocks(text));
    return body;
  }
  const head = text.slice(0, cutAt(text, shownAtFirst));
  const first = blocks(head);
  const button = element(
    'button',
    {
      type: 'button',
      class: 'more',
      'aria-expanded': 'false',
      onclick: () => {
        const open = button.getAttribute('aria-expanded') === 'true';
        body.replaceChildren(...(open ? first : blocks(text)));
        button.setAttribute('aria-expanded', String(!open));
        button.textContent = open ? caption : 'Show less';
      },
    },
    '',
  );
  const caption = `Show all (${countText(text.length)} characters)`;
  button.textContent = caption;
  button.setAttribute('aria-label', `${caption} of ${label}`);
  body.append(...first);
  return element('div', {}, body, button);
}

function blocks(text: string): HTMLElement[] {
  const made: HTMLElement[] = [];
  for (let at = 0; at < text.length;) {
    const end = at + blockLength >= text.length ? text.length : at + cutAt(text.slice(at), blockLength);
    const block = element('div', { class: 'block' });
    block.textContent = visibleText(text.slice(at, end));
    made.push(block);
    at = end;
  }
  return made;
}

/** Where to cut near `length`: after a line, else after a word, never inside a surrogate pair; more than 0. */
function cutAt(text: string, length: number): number {
  if (text.length <= length) return text.length;
  const earliest = Math.floor(length * 0.75);
  const line = text.lastIndexOf('\n', length - 1);
  if (line >= earliest) return line + 1;
  const space = text.lastIndexOf(' ', length - 1);
  if (space >= earliest) return space + 1;
  const code = text.charCodeAt(length - 1);
  return code >= 0xd800 && code <= 0xdbff ? length - 1 : length;
}
