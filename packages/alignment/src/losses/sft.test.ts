import { describe, expect, it } from 'vitest';

import { sftLoss, tokenMeanCoefficients } from './sft.js';

describe('sftLoss', () => {
  it('is the mean over tokens, not over rows', () => {
    // Row 1: 1 token of probability 1/2; row 2: 3 tokens of 1/4 each. Sum of NLL = ln 2 + 3 ln 4 = 7 ln 2, 4 tokens.
    const { loss, gradient } = sftLoss([-Math.log(2), -3 * Math.log(4)], [1, 3]);
    expect(loss).toBeCloseTo((7 * Math.LN2) / 4, 14);
    expect(gradient).toEqual([-0.25, -0.25]);
  });

  it('counts a row of weight 2 as two rows', () => {
    const logProbs = [-1, -4];
    const doubled = sftLoss([...logProbs, -4], [2, 3, 3]);
    const weighted = sftLoss(logProbs, [2, 3], [1, 2]);
    expect(weighted.loss).toBeCloseTo(doubled.loss, 14);
    expect(weighted.loss).toBeCloseTo(9 / 8, 14);
    expect(weighted.gradient).toEqual([-1 / 8, -2 / 8]);
  });

  it('has no loss and no gradient where nothing counts', () => {
    expect(tokenMeanCoefficients([0, 0])).toEqual([0, 0]);
    expect(sftLoss([0, 0], [0, 0]).loss).toBeCloseTo(0, 15);
  });
});
