import { ConfigError, Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import type { AlignmentRow } from '../rows/alignment-row.js';
import { flatEmbedding } from '../rows/flat-geometry.fixture.js';
import { BatchPlan, effectiveComposition } from './batch-plan.js';

const composition = { textHarmful: 2, textHarmless: 1, mediumHarmful: 3, mediumHarmless: 2, retention: 1 };

function rows(count: number, harmful: boolean, medium: boolean): AlignmentRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${harmful}${medium}${index}`,
    sampleId: `${harmful}${medium}${index}`,
    question: 'q',
    response: 'a',
    harmful,
    origin: medium ? 'synthetic' : 'text',
    ...(medium ? { embedding: flatEmbedding(0) } : {}),
  }));
}
const kept = rows(2, false, true).map((row) => ({ ...row, id: `kept ${row.id}`, retention: true }));
const all = [
  ...rows(5, true, false),
  ...rows(4, false, false),
  ...rows(7, true, true),
  ...rows(3, false, true),
  ...kept,
];

describe('BatchPlan', () => {
  it('takes the fixed number from each group in every step', () => {
    const plan = new BatchPlan(all, composition, new Rng(1));
    for (let step = 0; step < 20; step++) {
      const taken = plan.batch(step).map((index) => all[index]);
      expect(taken.filter(({ harmful, embedding }) => harmful && embedding === undefined)).toHaveLength(2);
      expect(taken.filter(({ harmful, embedding }) => !harmful && embedding === undefined)).toHaveLength(1);
      expect(taken.filter(({ harmful, embedding }) => harmful && embedding !== undefined)).toHaveLength(3);
      const harmless = taken.filter(({ harmful, embedding }) => !harmful && embedding !== undefined);
      expect(harmless.filter(({ retention }) => retention !== true)).toHaveLength(2);
      expect(harmless.filter(({ retention }) => retention === true)).toHaveLength(1);
    }
  });

  it('shows every row of a group once before one comes again, in another order each time', () => {
    const plan = new BatchPlan(all, composition, new Rng(1));
    // 7 rows, 3 a step: steps 0 … 6 hold three whole passes.
    const seen = Array.from({ length: 7 }, (_, step) => plan.batch(step))
      .flat()
      .filter((index) => all[index].harmful && all[index].embedding !== undefined);
    const passes = [seen.slice(0, 7), seen.slice(7, 14), seen.slice(14, 21)];
    for (const pass of passes) expect(pass.toSorted((a, b) => a - b)).toEqual([9, 10, 11, 12, 13, 14, 15]);
    expect(passes[0]).not.toEqual(passes[1]);
  });

  it('depends on seed and step only, not on which steps were asked before', () => {
    const first = new BatchPlan(all, composition, new Rng(4));
    const whole = Array.from({ length: 12 }, (_, step) => first.batch(step));
    const second = new BatchPlan(all, composition, Rng.fromState(new Rng(4).state()));
    expect(second.batch(9)).toEqual(whole[9]);
    expect(second.batch(2)).toEqual(whole[2]);
    expect(new BatchPlan(all, composition, new Rng(5)).batch(9)).not.toEqual(whole[9]);
  });

  it('gives the places of an absent group to rows of the same kind', () => {
    const none = { textHarmful: 0, textHarmless: 0, mediumHarmful: 0, mediumHarmless: 0, retention: 0 };
    expect(effectiveComposition(composition, { ...none, textHarmful: 1, textHarmless: 1 })).toEqual({
      ...none,
      textHarmful: 2 + 3,
      textHarmless: 1 + 2 + 1,
    });
    // The matched baseline: text rows of both kinds, medium rows harmless only.
    const matched = { ...none, textHarmful: 1, textHarmless: 1, mediumHarmless: 1, retention: 1 };
    expect(effectiveComposition(composition, matched)).toEqual({
      textHarmful: 2 + 3,
      textHarmless: 1,
      mediumHarmful: 0,
      mediumHarmless: 2,
      retention: 1,
    });
    expect(effectiveComposition(composition, { ...none, mediumHarmful: 1 })).toEqual({
      ...none,
      mediumHarmful: 5,
    });
  });

  it('refuses a composition that leaves nothing', () => {
    const onlyText = { textHarmful: 4, textHarmless: 0, mediumHarmful: 0, mediumHarmless: 0, retention: 0 };
    expect(() => new BatchPlan(rows(3, false, true), onlyText, new Rng(1))).toThrow(ConfigError);
  });
});
