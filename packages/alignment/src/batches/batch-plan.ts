import { ConfigError, type Rng } from '@sea-align/core';

import { type AlignmentRow, groupOf, type RowGroup, rowGroups } from '../rows/alignment-row.js';
import type { BatchComposition } from '../options.js';

/** Which groups may take over the places of one that has no rows: first the same kind of answer by the other way in. */
const heirs: Readonly<Record<RowGroup, readonly RowGroup[]>> = {
  textHarmful: ['mediumHarmful'],
  mediumHarmful: ['textHarmful'],
  textHarmless: ['mediumHarmless', 'retention'],
  mediumHarmless: ['textHarmless', 'retention'],
  retention: ['mediumHarmless', 'textHarmless'],
};

/**
 * The composition that the rows allow. A group without rows leaves its places to one of the same kind, refusals to
 * refusals and harmless rows to harmless rows, so that arms with different data still take as many rows a step, and as
 * many harmless ones; where there are none the places stay empty.
 */
export function effectiveComposition(
  wanted: BatchComposition,
  available: Readonly<Record<RowGroup, number>>,
): BatchComposition {
  const result = { textHarmful: 0, textHarmless: 0, mediumHarmful: 0, mediumHarmless: 0, retention: 0 };
  for (const group of rowGroups) {
    const taker = [group, ...heirs[group]].find((each) => available[each] > 0);
    if (taker !== undefined) result[taker] += wanted[group];
  }
  return result;
}

/**
 * Which rows each step takes: fixed numbers from each group, every group in its own endless row of seeded shuffles, so
 * that a group's rows are all seen before one comes again.
 *
 * A step's rows depend on the seed and the step's number only: a resumed run takes what the first would have taken.
 */
export class BatchPlan {
  readonly composition: BatchComposition;
  readonly #groups: ReadonlyMap<RowGroup, readonly number[]>;
  readonly #rng: Rng;
  readonly #shuffles = new Map<RowGroup, { epoch: number; order: number[] }>();

  /** @throws ConfigError when the composition leaves no rows */
  constructor(rows: readonly AlignmentRow[], wanted: BatchComposition, rng: Rng) {
    const groups = new Map<RowGroup, number[]>(rowGroups.map((group) => [group, []]));
    rows.forEach((row, index) => groups.get(groupOf(row))?.push(index));
    const size = (group: RowGroup): number => groups.get(group)?.length ?? 0;
    this.composition = effectiveComposition(wanted, {
      textHarmful: size('textHarmful'),
      textHarmless: size('textHarmless'),
      mediumHarmful: size('mediumHarmful'),
      mediumHarmless: size('mediumHarmless'),
      retention: size('retention'),
    });
    if (rowGroups.every((group) => this.composition[group] === 0)) {
      throw new ConfigError('No row of the dataset belongs to a group that rowsPerStep takes rows from.', {
        hint: `The groups are ${rowGroups.join(', ')}.`,
      });
    }
    this.#groups = groups;
    this.#rng = rng;
  }

  /** Indices of the rows of a step, counted from 0. */
  batch(step: number): number[] {
    return rowGroups.flatMap((group) => {
      const quota = this.composition[group];
      return Array.from({ length: quota }, (_, place) => this.#take(group, step * quota + place));
    });
  }

  #take(group: RowGroup, position: number): number {
    const rows = this.#groups.get(group) ?? [];
    const epoch = Math.floor(position / rows.length);
    let shuffle = this.#shuffles.get(group);
    if (shuffle?.epoch !== epoch) {
      shuffle = { epoch, order: this.#rng.fork(group).fork(epoch).shuffle(rows) };
      this.#shuffles.set(group, shuffle);
    }
    return shuffle.order[position % rows.length];
  }
}
