import type { Rng } from '@sea-align/core';
import type { Interval } from '../interval.js';

/** Cases by what a run changed of them: counted before only, alike in both, counted after only. */
export interface Changes {
  readonly lost: number;
  readonly same: number;
  readonly gained: number;
}

/**
 * Mean changes of `resamples` samples, each of as many cases as there are, drawn with replacement. Empty for no cases.
 *
 * How many cases of a sample were changed is binomial, and so is how many of these were gained: two draws give the sum of
 * a sample, whatever the number of cases.
 *
 * Source: B. Efron, "Bootstrap methods: another look at the jackknife", Ann. Statist. 7 (1979).
 */
export function resampledMeans({ lost, same, gained }: Changes, resamples: number, rng: Rng): Float64Array {
  const n = lost + same + gained;
  if (n === 0) return new Float64Array(0);
  const changed = binomialDistribution(n, (lost + gained) / n);
  const gainedOf = new Map<number, Float64Array>();
  return Float64Array.from({ length: resamples }, () => {
    const drawn = draw(changed, rng);
    if (drawn === 0) return 0;
    const distribution = gainedOf.get(drawn) ?? binomialDistribution(drawn, gained / (lost + gained));
    gainedOf.set(drawn, distribution);
    return (2 * draw(distribution, rng) - drawn) / n;
  });
}

/** P(X <= k) of a binomial variable, k in 0 … n. */
function binomialDistribution(n: number, p: number): Float64Array {
  if (p === 0) return new Float64Array(n + 1).fill(1);
  const cumulative = new Float64Array(n + 1);
  if (p === 1) return cumulative.fill(1, n);
  // By logarithms: (1 - p)^n is 0 in floating point for long benchmarks.
  let logProbability = n * Math.log1p(-p);
  const logOdds = Math.log(p) - Math.log1p(-p);
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    sum += Math.exp(logProbability);
    cumulative[k] = sum;
    logProbability += Math.log((n - k) / (k + 1)) + logOdds;
  }
  return cumulative.map((each) => each / sum);
}

/** The first k whose cumulative probability exceeds a uniform draw. */
function draw(cumulative: Float64Array, rng: Rng): number {
  const u = rng.uniform();
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle] > u) high = middle;
    else low = middle + 1;
  }
  return low;
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
