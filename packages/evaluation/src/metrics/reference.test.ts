import { readFile } from 'node:fs/promises';
import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cohenKappa } from './agreement.js';
import { meanOfSeries, percentileInterval, resampledMeans } from './bootstrap.js';
import { mcnemarExact } from './mcnemar.js';
import { proportion } from './proportion.js';

// Written by tools/reference/make_metrics_reference.py from SciPy and statsmodels.
const referenceSchema = z.object({
  wilson: z.array(z.object({ count: z.int(), total: z.int(), low: z.number(), high: z.number() })),
  mcnemar: z.array(z.object({ onlyBefore: z.int(), onlyAfter: z.int(), p: z.number() })),
  kappa: z.array(z.object({ table: z.tuple([z.int(), z.int(), z.int(), z.int()]), kappa: z.number() })),
  bootstrap: z.array(
    z.object({
      cells: z.array(z.tuple([z.int(), z.int(), z.int()])),
      low: z.number(),
      high: z.number(),
    }),
  ),
});
const path = new URL('reference.fixture.json', import.meta.url);
const reference = referenceSchema.parse(JSON.parse(await readFile(path, 'utf8')));

describe('the same numbers as SciPy and statsmodels', () => {
  it.each(reference.wilson)('Wilson interval of $count / $total', ({ count, total, low, high }) => {
    const ours = proportion(count, total);
    expect(ours.low).toBeCloseTo(low, 12);
    expect(ours.high).toBeCloseTo(high, 12);
  });

  it.each(reference.mcnemar)('McNemar p of $onlyBefore and $onlyAfter', ({ onlyBefore, onlyAfter, p }) => {
    const ours = mcnemarExact(onlyBefore, onlyAfter);
    // Relative: small p count too. SciPy's cannot go below 1e-308 either.
    expect(Math.abs(ours - p)).toBeLessThanOrEqual(1e-9 * p);
    expect(mcnemarExact(onlyAfter, onlyBefore)).toBe(ours);
  });

  it.each(reference.kappa)('kappa of $table', ({ table, kappa }) => {
    const [unsafeUnsafe, unsafeSafe, safeUnsafe, safeSafe] = table;
    expect(cohenKappa({ unsafeUnsafe, unsafeSafe, safeUnsafe, safeSafe })).toBeCloseTo(kappa, 12);
  });

  it.each(reference.bootstrap)('bootstrap interval of $cells', ({ cells, low, high }) => {
    const series = cells.map(([lost, same, gained], at) =>
      resampledMeans({ lost, same, gained }, 20_000, new Rng('reference', at)),
    );
    const ours = percentileInterval(meanOfSeries(series));
    // The statistic has steps of 1 / cases; five standard errors of a 2.5 % quantile of 20,000 are about as much.
    const step = 1 / Math.min(...cells.map(([lost, same, gained]) => lost + same + gained)) / cells.length;
    expect(Math.abs(ours.low - low)).toBeLessThanOrEqual(step);
    expect(Math.abs(ours.high - high)).toBeLessThanOrEqual(step);
  });
});

describe('statistics at their limits', () => {
  it('kappa is null where the expected agreement is 1, or nothing was judged by both', () => {
    const none = { unsafeUnsafe: 0, unsafeSafe: 0, safeUnsafe: 0, safeSafe: 0 };
    expect(cohenKappa(none)).toBeNull();
    expect(cohenKappa({ ...none, safeSafe: 9 })).toBeNull();
    expect(cohenKappa({ ...none, unsafeUnsafe: 9 })).toBeNull();
    // One judge never says unsafe, the other once: no more agreement than by chance, but defined.
    expect(cohenKappa({ ...none, unsafeSafe: 1, safeSafe: 8 })).toBe(0);
  });

  it('McNemar: nothing changed, an even split, every change one way, millions of changes', () => {
    expect(mcnemarExact(0, 0)).toBe(1);
    expect(mcnemarExact(1e6, 1e6)).toBe(1);
    expect(mcnemarExact(0, 20)).toBeCloseTo(2 / 2 ** 20, 15);
    // Normal approximation with continuity correction at z = (d - 1) / sqrt(n) = 1.9982: p = 0.04565.
    expect(mcnemarExact(998_000, 1_000_826)).toBeCloseTo(0.0457, 3);
    for (const count of [-1, 0.5, Number.NaN]) expect(() => mcnemarExact(count, 1)).toThrow(RangeError);
  });

  it('a proportion of nothing has no rate and says so', () => {
    expect(proportion(0, 0)).toEqual({ count: 0, total: 0, rate: null, low: 0, high: 1 });
  });

  it('resamples of 100,000 cases have the mean and variance of multinomial draws', () => {
    const [n, resamples] = [100_000, 20_000];
    const means = resampledMeans(
      { lost: 30_000, same: 60_000, gained: 10_000 },
      resamples,
      new Rng('moments'),
    );
    const mean = means.reduce((sum, each) => sum + each, 0) / resamples;
    const variance = means.reduce((sum, each) => sum + (each - mean) ** 2, 0) / resamples;
    // Per case: mean -0.2, variance 0.4 - 0.2^2 = 0.36. Bounds are five standard errors.
    expect(Math.abs(mean + 0.2)).toBeLessThan(5 * Math.sqrt(0.36 / n / resamples));
    expect(Math.abs((variance * n) / 0.36 - 1)).toBeLessThan(5 * Math.sqrt(2 / resamples));
  });

  it('resamples where no case, or every case, changed are all the same', () => {
    const all = (lost: number, same: number, gained: number): number[] => [
      ...new Set(resampledMeans({ lost, same, gained }, 50, new Rng(1))),
    ];
    expect(all(0, 9, 0)).toEqual([0]);
    expect(all(9, 0, 0)).toEqual([-1]);
    expect(all(0, 0, 9)).toEqual([1]);
    expect(all(0, 0, 0)).toEqual([]);
  });

  it('quantiles are interpolated: 0 … 100 gives 2.5 and 97.5', () => {
    const values = Float64Array.from({ length: 101 }, (_, at) => 100 - at);
    const { low, high } = percentileInterval(values);
    expect(low).toBeCloseTo(2.5, 12);
    expect(high).toBeCloseTo(97.5, 12);
    expect(percentileInterval(new Float64Array(0))).toEqual({ low: -1, high: 1 });
  });
});
