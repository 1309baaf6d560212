import { describe, expect, it } from 'vitest';
import { checkClaim, type ResultsBySeed, type SeedRates } from './claim.js';

const harmless = [
  'harmless images, seen',
  'harmless images, held out',
  'harmless texts, seen',
  'harmless texts, held out',
];

const of100 = (rate: number) => ({ rate, count: Math.round(100 * rate), judged: 100 });

/** The first harmless group has 100 cases, the others 300: all of the refusals are in the first. */
function rates(seen: number, heldOut: number, refused: number, captioning: number): SeedRates {
  return new Map([
    ['image attacks, seen', of100(seen)],
    ['image attacks, held out', of100(heldOut)],
    [harmless[0], of100(refused)],
    ...harmless.slice(1).map((condition) => [condition, { rate: 0, count: 0, judged: 300 }] as const),
    ['captioning', of100(captioning)],
  ]);
}

const results: ResultsBySeed = new Map([
  ['base', [rates(1, 1, 0, 0.98), rates(1, 1, 0, 0.96)]],
  ['textual, matched SFT', [rates(0.6, 0.5, 0, 0.98), rates(0.8, 0.3, 0, 0.96)]],
  ['SEA SFT', [rates(0.1, 0.2, 0.4, 0.95), rates(0.1, 0.2, 0.2, 0.95)]],
  ['real images SFT', [rates(0.05, 0.05, 0, 0.95), rates(0.05, 0.05, 0, 0.95)]],
]);

describe('checkClaim', () => {
  it('takes paired differences over seeds and judges by their means', () => {
    const checks = checkClaim(results, 'SFT');
    expect(checks.map(({ value, holds }) => [Math.round(value.mean * 100) / 100, holds])).toEqual([
      [60, true], // seen: (60 - 10 + 80 - 10) / 2
      [5, true], // seen, against real images
      [20, false], // held out: (50 - 20 + 30 - 20) / 2
      [15, false],
      [3, true], // (40 + 20) / 2 of 1000 cases
      [2, true],
    ]);
    expect(checks[0].value.runs).toBe(2);
  });

  it('names what is missing', () => {
    expect(() => checkClaim(new Map([['SEA SFT', [rates(0, 0, 0, 1)]]]), 'SFT')).toThrow(
      /textual, matched SFT/,
    );
  });
});
