import type { PageAnswer, PageCase, PageData, PageSummary } from '../page-data.js';

/** The data blocks of the page. They were written by the same version that wrote this script. */
export function readData(page: Document): PageData {
  const block = <T>(id: string): T => JSON.parse(page.getElementById(id)?.textContent ?? 'null') as T;
  const summary = block<PageSummary>('data-summary');
  return {
    summary,
    cases: block<PageCase[]>('data-cases'),
    answers: summary.runs.map((_, run) => block<(PageAnswer | null)[]>(`data-answers-${run}`)),
  };
}
