import type { Rng } from '@sea-align/core';

import { type AlignmentRow, groupOf } from '../rows/alignment-row.js';

/** Rows to train on and rows held out. */
export interface ValidationSplit {
  train: AlignmentRow[];
  validation: AlignmentRow[];
}

/**
 * Holds out a part of the *samples*, with all their rows: an embedding of a sample in training would give away the held-out
 * text of the same sample. Stratified by the groups that a sample has rows in, so that both sides are composed alike;
 * a stratum of one sample stays in training. Which samples are held out depends on the seed and the ids only.
 */
export function splitValidation(rows: readonly AlignmentRow[], fraction: number, rng: Rng): ValidationSplit {
  if (fraction === 0) return { train: [...rows], validation: [] };
  const groupsOfSample = new Map<string, Set<string>>();
  for (const row of rows) {
    const groups = groupsOfSample.get(row.sampleId) ?? new Set();
    groupsOfSample.set(row.sampleId, groups.add(groupOf(row)));
  }
  const strata = new Map<string, string[]>();
  for (const [sample, groups] of groupsOfSample) {
    const key = [...groups].sort().join('+');
    const stratum = strata.get(key);
    if (stratum === undefined) strata.set(key, [sample]);
    else stratum.push(sample);
  }
  const heldOut = new Set<string>();
  for (const [key, samples] of strata) {
    const wanted = Math.max(1, Math.round(samples.length * fraction));
    const shuffled = rng.fork(key).shuffle(samples.toSorted());
    for (const sample of shuffled.slice(0, Math.min(wanted, samples.length - 1))) heldOut.add(sample);
  }
  return {
    train: rows.filter(({ sampleId }) => !heldOut.has(sampleId)),
    validation: rows.filter(({ sampleId }) => heldOut.has(sampleId)),
  };
}
