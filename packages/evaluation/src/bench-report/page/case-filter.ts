import type { CaseStatus, PageAnswer, PageCase, PageData } from '../page-data.js';
import { isAdverse, isFavourable, judgesDisagree, statusOf } from './case-status.js';
import type { CaseFilter, CaseMark } from './page-state.js';
import { matchesQuery, parseQuery } from './search-query.js';

/** Indices of the cases that meet every condition, in the order of the benchmark. The cheap conditions are asked first. */
export function filterCases(data: PageData, filter: CaseFilter): number[] {
  const query = parseQuery(filter.query);
  const { runs } = data.summary;
  const wanted = filter.run;
  const runIndices = wanted === undefined || wanted >= runs.length ? [...runs.keys()] : [wanted];
  const found: number[] = [];
  data.cases.forEach((each, at) => {
    if (filter.role !== '' && each.role !== filter.role) return;
    if (filter.scenario !== '' && each.scenario !== filter.scenario) return;
    if (filter.task !== '' && each.task !== filter.task) return;
    const status = (run: number) =>
      statusOf(data.answers[run][at], each.role, filter.judge === '' ? undefined : filter.judge);
    if (filter.verdict !== '' && !runIndices.some((run) => status(run) === filter.verdict)) return;
    if (filter.change !== '') {
      const before = status(0);
      const after = runIndices.filter((run) => run !== 0);
      if (!after.some((run) => isChange(filter.change, before, status(run)))) return;
    }
    const hasMark = (mark: CaseMark) => runIndices.some((run) => bears(mark, data.answers[run][at], each));
    if (!filter.marks.every(hasMark)) return;
    if (query && !matchesQuery(query, () => textsOf(data, at))) return;
    found.push(at);
  });
  return found;
}

/** Whether one counting verdict became the other one. */
export function isChange(kind: CaseFilter['change'], before: CaseStatus, after: CaseStatus): boolean {
  const worse = isFavourable(before) && isAdverse(after);
  const better = isAdverse(before) && isFavourable(after);
  return kind === 'worse' ? worse : kind === 'better' ? better : worse || better;
}

function bears(mark: CaseMark, answer: PageAnswer | null, { role }: PageCase): boolean {
  if (answer === null) return false;
  switch (mark) {
    case 'disagree':
      return judgesDisagree(answer, role);
    case 'errors':
      return answer.error !== undefined || answer.verdicts.some(({ error }) => error !== undefined);
    case 'empty':
      return answer.error === undefined && answer.answer.trim() === '';
    case 'truncated':
      return answer.truncated === true;
  }
}

/** All text of a case that a search looks through. */
function* textsOf({ cases, answers }: PageData, at: number): Generator<string> {
  const { key, question, expected = [] } = cases[at];
  yield key;
  yield question;
  yield* expected;
  for (const ofRun of answers) {
    const answer = ofRun[at];
    if (answer === null) continue;
    yield answer.answer;
    if (answer.error !== undefined) yield answer.error;
    for (const { raw, error } of answer.verdicts) {
      if (raw !== undefined) yield raw;
      if (error !== undefined) yield error;
    }
  }
}
