/** A closed interval of a rate or mean, at the stated confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 97.5 % quantile of the standard normal distribution. */
const normal975 = 1.959963984540054;

/**
 * Wilson score interval (95 %) of a binomial proportion.
 *
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 *
 * @param successes count in 0…total
 * @param total number of trials; 0 gives the whole unit interval, since nothing is known
 */
export function wilsonInterval(successes: number, total: number): Interval {
  if (!Number.isInteger(successes) || !Number.isInteger(total) || successes < 0 || successes > total) {
    throw new RangeError(`wilsonInterval: ${successes} successes of ${total} is not a proportion`);
  }
  if (total === 0) return { low: 0, high: 1 };
  const rate = successes / total;
  const z2 = normal975 ** 2;
  const centre = rate + z2 / (2 * total);
  const spread = normal975 * Math.sqrt((rate * (1 - rate)) / total + z2 / (4 * total * total));
  const scale = 1 + z2 / total;
  // At the ends the bound is exactly 0 or 1; rounding would leave it a hair inside.
  return {
    low: successes === 0 ? 0 : (centre - spread) / scale,
    high: successes === total ? 1 : (centre + spread) / scale,
  };
}

/** 97.5 % quantiles of Student's t distribution for 1…30 degrees of freedom (standard table). */
const student975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Mean over runs and its 95 % Student-t interval; one run has no interval (both ends are the mean). */
export interface MeanInterval extends Interval {
  readonly mean: number;
  readonly runs: number;
}

/** Mean of independent runs (for example one per seed) with the 95 % interval of Student's t. */
export function meanInterval(values: readonly number[]): MeanInterval {
  if (values.length === 0) throw new RangeError('meanInterval: no values');
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, low: mean, high: mean, runs: 1 };
  const freedom = values.length - 1;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / freedom;
  const half = (student975[freedom - 1] ?? normal975) * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half, runs: values.length };
}
