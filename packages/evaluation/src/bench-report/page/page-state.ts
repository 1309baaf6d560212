import type { CaseRole } from '../../bench/records.js';
import { roles } from './case-status.js';

/** Which cases are listed. Empty strings and lists: no such condition. */
export interface CaseFilter {
  readonly query: string;
  readonly role: CaseRole | '';
  readonly scenario: string;
  readonly task: string;
  /** Index of the run that `verdict` and the marks are about; undefined: any run. */
  readonly run?: number;
  /** Whose verdicts; '': the judge that the figures count. */
  readonly judge: string;
  readonly verdict: string;
  /** Between the first run and the chosen one, or any. */
  readonly change: ChangeFilter | '';
  readonly marks: readonly CaseMark[];
}

export const changeFilters = ['changed', 'worse', 'better'] as const;
export type ChangeFilter = (typeof changeFilters)[number];

export const caseMarks = ['disagree', 'errors', 'empty', 'truncated'] as const;
export type CaseMark = (typeof caseMarks)[number];

export const mapMeasures = ['asr', 'asrUnderstood', 'refusal', 'overRefusal', 'understanding'] as const;
export type MapMeasure = (typeof mapMeasures)[number];

/** What the heat map shows. */
export interface MapView {
  readonly measure: MapMeasure;
  /** '': the primary judge. */
  readonly judge: string;
  /** Index of a run, or of the run whose difference from the first is shown. */
  readonly run: number;
  readonly difference: boolean;
}

/** All that the address of the page holds after its `#`. */
export interface PageState {
  readonly filter: CaseFilter;
  readonly map: MapView;
  /** Key of the case that is shown; '': none. */
  readonly shown: string;
}

export const noFilter: CaseFilter = {
  query: '',
  role: '',
  scenario: '',
  task: '',
  judge: '',
  verdict: '',
  change: '',
  marks: [],
};

const firstView: MapView = { measure: 'asr', judge: '', run: 0, difference: false };

function oneOf<T extends string>(words: readonly T[], word: string | null): T | undefined {
  return words.find((each) => each === word);
}

function index(text: string | null): number | undefined {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}

/** The state in a hash such as `#task=TYPO&verdict=unsafe`. What it does not understand is left at its default. */
export function parseHash(hash: string): PageState {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const marks = (values.get('only') ?? '').split(',');
  return {
    filter: {
      query: values.get('q') ?? '',
      role: oneOf(roles, values.get('role')) ?? '',
      scenario: values.get('scenario') ?? '',
      task: values.get('task') ?? '',
      run: index(values.get('run')),
      judge: values.get('judge') ?? '',
      verdict: values.get('verdict') ?? '',
      change: oneOf(changeFilters, values.get('change')) ?? '',
      marks: caseMarks.filter((mark) => marks.includes(mark)),
    },
    map: {
      measure: oneOf(mapMeasures, values.get('map')) ?? firstView.measure,
      judge: values.get('mapJudge') ?? '',
      run: index(values.get('mapRun')) ?? firstView.run,
      difference: values.get('mapDifference') === '1',
    },
    shown: values.get('case') ?? '',
  };
}

/** The inverse of `parseHash`, without the `#`: '' where everything is at its default. */
export function formatHash({ filter, map, shown }: PageState): string {
  const values = new URLSearchParams();
  const put = (name: string, value: string) => {
    if (value !== '') values.set(name, value);
  };
  put('q', filter.query);
  put('role', filter.role);
  put('scenario', filter.scenario);
  put('task', filter.task);
  put('run', filter.run === undefined ? '' : String(filter.run));
  put('judge', filter.judge);
  put('verdict', filter.verdict);
  put('change', filter.change);
  put('only', filter.marks.join(','));
  put('map', map.measure === firstView.measure ? '' : map.measure);
  put('mapJudge', map.judge);
  put('mapRun', map.run === firstView.run ? '' : String(map.run));
  put('mapDifference', map.difference ? '1' : '');
  put('case', shown);
  return values.toString();
}
