import { element } from './element.js';
import { visibleText } from '../visible-text.js';

/** A labelled select. `options`: value and what is shown. */
export function choice(
  id: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  onChoose: (value: string) => void,
): HTMLElement {
  const select = element('select', { id, onchange: () => onChoose(select.value) });
  for (const [value, text] of options) {
    const option = document.createElement('option');
    option.value = value;
    option.textContent = visibleText(text);
    option.selected = value === chosen;
    select.append(option);
  }
  return element('div', { class: 'choice' }, element('label', { for: id }, label), select);
}
