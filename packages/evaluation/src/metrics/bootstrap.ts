import type { Rng } from '@sea-align/core';
import type { Interval } from '../interval.js';

/**
 * Means of `resamples` samples of `values.length` values each, drawn from `values` with replacement. Empty for no values.
 *
 * Source: B. Efron, "Bootstrap methods: another look at the jackknife", Ann. Statist. 7 (1979).
 */
export function resampledMeans(values: readonly number[], resamples: number, rng: Rng): Float64Array {
  const n = values.length;
  if (n === 0) return new Float64Array(0);
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[rng.int(n)];
    return sum / n;
  });
}

/** Mean of several series of resampled means, resample by resample: what resampling within strata gives. */
export function meanOfSeries(series: readonly Float64Array[]): Float64Array {
  if (series.length === 0) return new Float64Array(0);
  return series[0].map((_, at) => series.reduce((sum, each) => sum + each[at], 0) / series.length);
}

/**
 * The central 95 % of resampled differences, quantiles interpolated linearly between neighbours. No resamples: -1…1, since
 * nothing is known of a difference of proportions.
 */
export function percentileInterval(means: Float64Array): Interval {
  if (means.length === 0) return { low: -1, high: 1 };
  const sorted = means.toSorted();
  const quantile = (q: number): number => {
    const at = q * (sorted.length - 1);
    const below = Math.floor(at);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  };
  return { low: quantile(0.025), high: quantile(0.975) };
}
