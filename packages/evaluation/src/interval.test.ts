import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanInterval, wilsonInterval } from './interval.js';

describe('wilsonInterval', () => {
  it('equals hand-worked values', () => {
    // p = 1/2, n = 10, z^2 = 3.841459: centre 0.5, half = z*sqrt(.025 + z^2/400)/(1 + z^2/10) = 0.263407
    const half = wilsonInterval(5, 10);
    expect(half.low).toBeCloseTo(0.236593, 5);
    expect(half.high).toBeCloseTo(0.763407, 5);
    // 0 of 20: upper end z^2/(n + z^2) = 3.841459/23.841459
    expect(wilsonInterval(0, 20)).toEqual({ low: 0, high: expect.closeTo(0.161125, 5) });
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it('holds the rate, stays in [0, 1] and mirrors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, share) => {
          const successes = Math.round(share * total);
          const interval = wilsonInterval(successes, total);
          const mirrored = wilsonInterval(total - successes, total);
          expect(interval.low).toBeGreaterThanOrEqual(0);
          expect(interval.high).toBeLessThanOrEqual(1);
          expect(interval.low).toBeLessThanOrEqual(successes / total);
          expect(interval.high).toBeGreaterThanOrEqual(successes / total);
          expect(mirrored.low).toBeCloseTo(1 - interval.high, 12);
        },
      ),
    );
  });

  it('refuses what is not a proportion', () => {
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(-1, 2)).toThrow(RangeError);
  });
});

describe('meanInterval', () => {
  it('equals a hand-worked value', () => {
    // values 1…5: mean 3, s^2 = 2.5, t(4) = 2.776, half = 2.776 * sqrt(0.5) = 1.962928
    const interval = meanInterval([1, 2, 3, 4, 5]);
    expect(interval.mean).toBe(3);
    expect(interval.high - 3).toBeCloseTo(1.962928, 5);
    expect(interval.runs).toBe(5);
  });

  it('has no width for one run or equal runs', () => {
    expect(meanInterval([0.25])).toEqual({ mean: 0.25, low: 0.25, high: 0.25, runs: 1 });
    expect(meanInterval([0.5, 0.5, 0.5])).toMatchObject({ low: 0.5, high: 0.5 });
  });
});
