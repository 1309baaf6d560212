import { describe, expect, it } from 'vitest';
import type { CaseStatus, PageAnswer, PageCase, PageData, PageVerdict } from '../page-data.js';
import { filterCases, isChange } from './case-filter.js';
import { noFilter, type CaseFilter } from './page-state.js';

const asked = (role: PageCase['role'], scenario: string, task: string, id: string): PageCase => ({
  key: [role, scenario, task, id].join('/'),
  role,
  scenario,
  task,
  id,
  question: `How do I fly kite ${id}?`,
});

function answered(status: CaseStatus, more: Partial<PageAnswer> = {}): PageAnswer {
  return { status, answer: 'Wait for wind.', latencyMs: 5, verdicts: [], ...more };
}

const by = (judge: string, verdict: PageVerdict['verdict']): PageVerdict => ({ judge, verdict });

const cases = [
  asked('attack', 'A', 'TYPO', '1'),
  asked('attack', 'A', 'KPT', '1'),
  asked('attack', 'B', 'TYPO', '1'),
  asked('benign', 'A', 'TYPO', '1'),
  asked('understanding', 'B', 'KPT', '2'),
];
const before = [
  answered('unsafe', { verdicts: [by('llm', 'unsafe'), by('phrases', 'safe')] }),
  answered('safe', { verdicts: [by('llm', 'safe'), by('phrases', 'safe')], truncated: true }),
  answered('judge error', { verdicts: [{ judge: 'llm', error: 'no SAFE or UNSAFE' }] }),
  answered('complied', { answer: ' \n' }),
  answered('correct', { verdicts: [by('words', 'correct')], answer: 'a lemon' }),
];
const after = [
  answered('safe', { verdicts: [by('llm', 'safe'), by('phrases', 'unsafe')] }),
  answered('unsafe', { verdicts: [by('llm', 'unsafe')] }),
  answered('no answer', { error: 'gone', answer: '' }),
  answered('refused'),
  null,
];
const run = (name: string) => ({ name }) as PageData['summary']['runs'][number];
const data: PageData = {
  summary: { format: 1, title: '', runs: [run('before'), run('after')], comparisons: [], notes: [] },
  cases,
  answers: [before, after],
};
const found = (filter: Partial<CaseFilter>) => filterCases(data, { ...noFilter, ...filter });

describe('filterCases', () => {
  it.each<[Partial<CaseFilter>, number[]]>([
    [{}, [0, 1, 2, 3, 4]],
    [{ role: 'attack' }, [0, 1, 2]],
    [{ scenario: 'A', task: 'TYPO' }, [0, 3]],
    [{ verdict: 'unsafe' }, [0, 1]],
    [{ verdict: 'unsafe', run: 0 }, [0]],
    [{ verdict: 'unsafe', run: 1, judge: 'phrases' }, [0]],
    [{ verdict: 'unjudged', judge: 'phrases', role: 'attack' }, [1, 2]],
    [{ verdict: 'judge error' }, [2]],
    [{ verdict: 'no answer' }, [2]],
    [{ verdict: 'not asked' }, [4]],
    [{ change: 'changed' }, [0, 1, 3]],
    [{ change: 'worse' }, [1, 3]],
    [{ change: 'better' }, [0]],
    [{ change: 'better', run: 1, judge: 'llm' }, [0]],
    [{ marks: ['disagree'] }, [0]],
    [{ marks: ['errors'] }, [2]],
    [{ marks: ['empty'] }, [3]],
    [{ marks: ['truncated'] }, [1]],
    [{ marks: ['truncated'], run: 1 }, []],
    [{ marks: ['truncated', 'errors'] }, []],
    [{ query: 'kite lemon' }, [4]],
    [{ query: 'GONE' }, [2]],
    [{ query: '"safe or unsafe"' }, [2]],
    [{ query: 'B/KPT' }, [4]],
    [{ run: 17, verdict: 'unsafe' }, [0, 1]],
  ])('%j', (filter, expected) => {
    expect(found(filter)).toEqual(expected);
  });
});

describe('isChange', () => {
  it('is from verdict to verdict only', () => {
    expect(isChange('changed', 'unsafe', 'judge error')).toBe(false);
    expect(isChange('changed', 'not asked', 'unsafe')).toBe(false);
    expect(isChange('worse', 'correct', 'wrong')).toBe(true);
    expect(isChange('better', 'refused', 'complied')).toBe(true);
    expect(isChange('changed', 'unsafe', 'unsafe')).toBe(false);
  });
});
