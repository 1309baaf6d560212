import type { Rng } from '@sea-align/core';
import type { Interval } from '../interval.js';
import { meanOfSeries, percentileInterval, resampledMeans, type Changes } from './bootstrap.js';
import { mcnemarExact } from './mcnemar.js';
import { proportion } from './proportion.js';
import type { Proportion } from './result.js';

/** Whether what is counted (an unsafe answer, a refusal) happened in the one case, in either run. */
export interface Pair {
  readonly scenario: string;
  readonly task: string;
  readonly before: boolean;
  readonly after: boolean;
}

/** Two rates over the same cases. */
export interface PairedDifference {
  /** Cases judged in both runs. */
  readonly pairs: number;
  /** Over these pairs only, so not always the rate of the whole run. */
  readonly before: Proportion;
  readonly after: Proportion;
  /** `after - before`, in -1…1; null without pairs. */
  readonly difference: number | null;
  /**
   * 95 % percentile bootstrap interval of the difference, over cases. Where no case changed its ends are both 0, which says
   * little if there are few pairs.
   */
  readonly bootstrap: Interval;
  /** `onlyBefore`: cases counted before and not after. `p`: two-sided. */
  readonly mcnemar: {
    readonly onlyBefore: number;
    readonly onlyAfter: number;
    readonly p: number;
    readonly method: 'exact';
  };
}

/** Difference of the unweighted means over cells. */
export interface MacroDifference {
  /** Means over the cells that have pairs; null without any. */
  readonly before: number | null;
  readonly after: number | null;
  readonly difference: number | null;
  /** As in `PairedDifference`, cases resampled within each cell. */
  readonly bootstrap: Interval;
  readonly cells: number;
}

/** Difference of some pairs. `rng` must be forked for them alone. */
export function pairedDifference(pairs: readonly Pair[], resamples: number, rng: Rng): PairedDifference {
  return describePairs(pairs, resampledMeans(changesOf(pairs), resamples, rng));
}

/** Differences of each cell and of their mean. Every cell is resampled by a fork of `rng` of its own. */
export function cellDifferences(
  pairs: readonly Pair[],
  resamples: number,
  rng: Rng,
): { cells: CellDifference[]; macroOf: (wanted: (cell: CellDifference) => boolean) => MacroDifference } {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const key = JSON.stringify([pair.scenario, pair.task]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pair]);
    else group.push(pair);
  }
  const resampled = [...groups].map(([key, group]) => {
    const means = resampledMeans(changesOf(group), resamples, rng.fork(key));
    const [{ scenario, task }] = group;
    return { cell: { scenario, task, ...describePairs(group, means) }, means };
  });
  return {
    cells: resampled.map(({ cell }) => cell),
    macroOf: (wanted) => {
      const of = resampled.filter(({ cell }) => wanted(cell));
      const before = mean(of.map(({ cell }) => cell.before.count / cell.pairs));
      const after = mean(of.map(({ cell }) => cell.after.count / cell.pairs));
      return {
        before,
        after,
        difference: before === null || after === null ? null : after - before,
        bootstrap: percentileInterval(meanOfSeries(of.map(({ means }) => means))),
        cells: of.length,
      };
    },
  };
}

export interface CellDifference extends PairedDifference {
  readonly scenario: string;
  readonly task: string;
}

function describePairs(pairs: readonly Pair[], means: Float64Array): PairedDifference {
  const times = (test: (pair: Pair) => boolean): number => pairs.filter(test).length;
  const { lost: onlyBefore, gained: onlyAfter } = changesOf(pairs);
  return {
    pairs: pairs.length,
    before: proportion(
      times(({ before }) => before),
      pairs.length,
    ),
    after: proportion(
      times(({ after }) => after),
      pairs.length,
    ),
    difference: pairs.length === 0 ? null : (onlyAfter - onlyBefore) / pairs.length,
    bootstrap: percentileInterval(means),
    mcnemar: { onlyBefore, onlyAfter, p: mcnemarExact(onlyBefore, onlyAfter), method: 'exact' },
  };
}

function changesOf(pairs: readonly Pair[]): Changes {
  const lost = pairs.filter(({ before, after }) => before && !after).length;
  const gained = pairs.filter(({ before, after }) => after && !before).length;
  return { lost, same: pairs.length - lost - gained, gained };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
