import { describe, expect, it } from 'vitest';
import { planMerge, type TokenBatch } from './merge-plan.js';

const options = { imageTokenId: 9, padTokenId: 0, tokensPerMedium: 3 };

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
    const plan = planMerge(tokens, { ...options, media: 2 });
    expect(plan.legacy).toBe(false);
    // 10 word embeddings, then 6 projector outputs.
    expect([...plan.mergeIndex]).toEqual([0, 10, 11, 12, 4, 13, 14, 15, 8, 9]);
    expect([...plan.positionIds]).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
  });

  it('refuses a wrong number of placeholders', () => {
    expect(() => planMerge(batch([[1, 9, 9, 5]], [[1, 1, 1, 1]]), { ...options, media: 1 })).toThrow(
      /2 modality tokens \(id 9\), but 1 media of 3 tokens/,
    );
  });
});

describe('one token per image (legacy)', () => {
  it('grows rows, pads on the right, and zeroes padding', () => {
    const tokens = batch([[1, 9, 5, 6], [9, 4, 0, 0]], [[1, 1, 1, 1], [1, 1, 0, 0]], [[-100, -100, -100, 6], [-100, 4, -100, -100]]); // prettier-ignore
    const plan = planMerge(tokens, { ...options, media: 2 });
    expect(plan).toMatchObject({ legacy: true, length: 6 });
    // 8 word embeddings, 6 projector outputs, row 14 is zeros.
    expect([...plan.mergeIndex]).toEqual([0, 8, 9, 10, 2, 3, 11, 12, 13, 5, 14, 14]);
    expect([...plan.attentionMask]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect([...(plan.labels ?? [])]).toEqual([
      -100, -100, -100, -100, -100, 6, -100, -100, -100, 4, -100, -100,
    ]);
    expect([...plan.positionIds]).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 1, 1]);
  });

  it('a batch that no row of which ends in padding is padded on the left', () => {
    const tokens = batch([[1, 9, 9, 6], [0, 9, 4, 5]], [[1, 1, 1, 1], [0, 1, 1, 1]]); // prettier-ignore
    const plan = planMerge(tokens, { ...options, media: 3 });
    expect(plan.length).toBe(8);
    expect([...plan.mergeIndex]).toEqual([0, 8, 9, 10, 11, 12, 13, 3, 17, 17, 17, 14, 15, 16, 6, 7]);
    expect([...plan.attentionMask]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect([...plan.positionIds]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 1, 1, 1, 0, 1, 2, 3, 4]);
  });
});
