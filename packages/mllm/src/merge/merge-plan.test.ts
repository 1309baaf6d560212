import { describe, expect, it } from 'vitest';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { planMerge, type MergeOptions, type TokenBatch } from './merge-plan.js';

const medium = (tokens: number, placeholderId = 9, more: Partial<MediumGeometry> = {}): MediumGeometry => ({
  key: `${placeholderId} x ${tokens}`,
  modality: 'image',
  rows: tokens,
  width: 1,
  tokens,
  placeholderId,
  span: tokens,
  ...more,
});

/** `media` media of three tokens each. */
function options(media: number): MergeOptions {
  return { text: {}, padTokenId: 0, groups: [new Array<MediumGeometry>(media).fill(medium(3))] };
}

function batch(rows: number[][], masks: number[][], labels?: number[][]): TokenBatch {
  return {
    batch: rows.length,
    length: rows[0].length,
    inputIds: Int32Array.from(rows.flat()),
    attentionMask: Int32Array.from(masks.flat()),
    labels: labels && Int32Array.from(labels.flat()),
  };
}

describe('expanded prompts', () => {
  it('takes projector outputs in order, over rows', () => {
    const tokens = batch([[1, 9, 9, 9, 5], [9, 9, 9, 4, 0]], [[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]]); // prettier-ignore
    const plan = planMerge(tokens, options(2));
    expect(plan.legacy).toBe(false);
    // 10 word embeddings, then 6 projector outputs.
    expect([...plan.mergeIndex]).toEqual([0, 10, 11, 12, 4, 13, 14, 15, 8, 9]);
    expect([...plan.positionIds[0]]).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
  });

  it('refuses a wrong number of placeholders', () => {
    expect(() => planMerge(batch([[1, 9, 9, 5]], [[1, 1, 1, 1]]), options(1))).toThrow(
      /2 modality tokens \(id 9\), but 1 media of 3 tokens/,
    );
  });
});

describe('media of several kinds and sizes', () => {
  it('each placeholder takes its own media in order', () => {
    const tokens = batch([[1, 9, 8, 8, 9, 9, 5]], [[1, 1, 1, 1, 1, 1, 1]]);
    const plan = planMerge(tokens, {
      text: {},
      padTokenId: 0,
      groups: [[medium(1), medium(2)], [medium(2, 8)]],
    });
    // 7 words; rows 7, 8, 9 are the first kind's, 10 and 11 the second's.
    expect([...plan.mergeIndex]).toEqual([0, 7, 10, 11, 8, 9, 6]);
  });

  it('one token each grows to the medium’s own number', () => {
    const tokens = batch([[1, 9, 8, 9]], [[1, 1, 1, 1]]);
    const plan = planMerge(tokens, {
      text: {},
      padTokenId: 0,
      groups: [[medium(2), medium(3)], [medium(2, 8)]],
    });
    expect(plan).toMatchObject({ legacy: true, length: 8 });
    expect([...plan.mergeIndex]).toEqual([0, 4, 5, 9, 10, 6, 7, 8]);
  });

  it('several rotary axes: media lie in their grid, text goes on behind the largest position', () => {
    // A grid of 1 x 2 x 2 behind two words: positions 2 + (0, row, column); text resumes at 2 + 2.
    const positions = [[0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1]]; // prettier-ignore
    const grid = medium(4, 9, { positions, span: 2 });
    const tokens = batch([[1, 2, 9, 9, 9, 9, 3, 4], [9, 9, 9, 9, 5, 0, 0, 0]], [[1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0, 0]]); // prettier-ignore
    const plan = planMerge(tokens, {
      text: { mropeSection: [1, 1, 2] },
      padTokenId: 0,
      groups: [[grid, grid]],
    });
    expect(plan.positionIds.map((axis) => [...axis])).toEqual([
      [0, 1, 2, 2, 2, 2, 4, 5, 0, 0, 0, 0, 2, 1, 1, 1],
      [0, 1, 2, 2, 3, 3, 4, 5, 0, 0, 1, 1, 2, 1, 1, 1],
      [0, 1, 2, 3, 2, 3, 4, 5, 0, 1, 0, 1, 2, 1, 1, 1],
    ]);
    expect([...(plan.ropeDeltas ?? [])]).toEqual([6 - 8, 3 - 8]);
  });
});

describe('one token per image (legacy)', () => {
  it('grows rows, pads on the right, and zeroes padding', () => {
    const tokens = batch([[1, 9, 5, 6], [9, 4, 0, 0]], [[1, 1, 1, 1], [1, 1, 0, 0]], [[-100, -100, -100, 6], [-100, 4, -100, -100]]); // prettier-ignore
    const plan = planMerge(tokens, options(2));
    expect(plan).toMatchObject({ legacy: true, length: 6 });
    // 8 word embeddings, 6 projector outputs, row 14 is zeros.
    expect([...plan.mergeIndex]).toEqual([0, 8, 9, 10, 2, 3, 11, 12, 13, 5, 14, 14]);
    expect([...plan.attentionMask]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect([...(plan.labels ?? [])]).toEqual([
      -100, -100, -100, -100, -100, 6, -100, -100, -100, 4, -100, -100,
    ]);
    expect([...plan.positionIds[0]]).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 1, 1]);
  });

  it('a batch that no row of which ends in padding is padded on the left', () => {
    const tokens = batch([[1, 9, 9, 6], [0, 9, 4, 5]], [[1, 1, 1, 1], [0, 1, 1, 1]]); // prettier-ignore
    const plan = planMerge(tokens, options(3));
    expect(plan.length).toBe(8);
    expect([...plan.mergeIndex]).toEqual([0, 8, 9, 10, 11, 12, 13, 3, 17, 17, 17, 14, 15, 16, 6, 7]);
    expect([...plan.attentionMask]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect([...plan.positionIds[0]]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 1, 1, 1, 0, 1, 2, 3, 4]);
  });
});
