import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roles } from './case-status.js';
import {
  caseMarks,
  changeFilters,
  formatHash,
  mapMeasures,
  noFilter,
  parseHash,
  type PageState,
} from './page-state.js';

const states: fc.Arbitrary<PageState> = fc.record({
  filter: fc.record({
    query: fc.string({ unit: 'grapheme' }),
    role: fc.constantFrom('' as const, ...roles),
    scenario: fc.string(),
    task: fc.string(),
    run: fc.option(fc.nat(99), { nil: undefined }),
    judge: fc.string(),
    verdict: fc.string(),
    change: fc.constantFrom('' as const, ...changeFilters),
    marks: fc.subarray([...caseMarks]),
  }),
  map: fc.record({
    measure: fc.constantFrom(...mapMeasures),
    judge: fc.string(),
    run: fc.nat(99),
    difference: fc.boolean(),
  }),
  shown: fc.string(),
});

describe('the hash of the address', () => {
  it('holds every state', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(parseHash(`#${formatHash(state)}`)).toEqual(state);
      }),
    );
  });

  it('is empty for the state that a report opens with', () => {
    const opened = parseHash('');
    expect(opened.filter).toEqual({ ...noFilter, run: undefined });
    expect(formatHash(opened)).toBe('');
  });

  it('leaves what it does not understand at its default', () => {
    const { filter, map } = parseHash('#role=king&run=-1&only=errors,nonsense&map=%00&mapRun=1e9&%%%');
    expect(filter).toEqual({ ...noFilter, run: undefined, marks: ['errors'] });
    expect(map).toEqual({ measure: 'asr', judge: '', run: 0, difference: false });
  });
});
