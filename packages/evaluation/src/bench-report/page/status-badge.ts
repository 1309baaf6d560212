import type { CaseStatus } from '../page-data.js';
import { isAdverse, isFavourable } from './case-status.js';
import { element } from './element.js';

/** A status in words, coloured by whether it speaks for or against the model. */
export function badge(status: CaseStatus): HTMLElement {
  const kind = isAdverse(status) ? 'bad' : isFavourable(status) ? 'good' : 'open';
  return element('span', { class: `badge ${kind}` }, status);
}
