import { describe, expect, it } from 'vitest';
import { Member, type MemberOptions } from './member.js';
import { toyGeometry, toySample } from './testing/toy-model.js';

const controls = toySample('a', 'a bomb').controls;
const task = { id: 'a#0', sample: toySample('a', 'a bomb'), seed: '0/a#0', controls, questions: [] };
const branches = [
  { promptIds: [1], targetIds: [1, 2] },
  { promptIds: [1], targetIds: [1, 2, 3, 4] },
];

function member(options: Partial<MemberOptions> = {}) {
  return new Member(
    task,
    branches,
    { values: Float32Array.of(1, -1), geometry: toyGeometry(1) },
    {
      stop: { steps: 10, lossPerToken: null, patience: null, minImprovement: 0 },
      adam: { learningRate: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
      learningRate: () => 0.1,
      clipNorm: null,
      ...options,
    },
  );
}

describe('Member', () => {
  it('makes the first Adam update by hand: learning rate times the sign of the gradient', () => {
    const one = member();
    one.advance([2, 4], Float32Array.of(3, -0.5));
    expect([...one.embedding.values]).toEqual([expect.closeTo(0.9, 6), expect.closeTo(-0.9, 6)]);
    expect(one.lossCurve).toEqual([3]);
    expect(one.steps).toBe(1);
  });

  it('takes the learning rate of its own step', () => {
    const one = member({ learningRate: (step) => (step === 0 ? 0.1 : 0) });
    one.advance([2, 4], Float32Array.of(3, -0.5));
    const after = [...one.embedding.values];
    one.advance([2, 4], Float32Array.of(3, -0.5));
    expect([...one.embedding.values]).toEqual(after);
  });

  it('keeps the best embedding with the losses of its branches, not the last one', () => {
    const one = member();
    one.advance([2, 4], Float32Array.of(1, 1));
    const second = [...one.embedding.values];
    one.advance([1, 1.5], Float32Array.of(1, 1));
    one.advance([5, 5], Float32Array.of(1, 1));
    expect([...one.best.embedding.values]).toEqual(second);
    expect(one.best.loss).toBe(1.25);
    expect(one.best.branchLosses).toEqual([
      { role: 'content', loss: 1 },
      { role: 'style', loss: 1.5 },
    ]);
  });

  it('divides each branch by its own number of target tokens for the stop rule', () => {
    const stop = { steps: 10, lossPerToken: 0.5, patience: null, minImprovement: 0 };
    const longTargetAbove = member({ stop });
    longTargetAbove.advance([1, 2.1], Float32Array.of(1, 1)); // 0.5 and 0.525 a token
    expect(longTargetAbove.stopped).toBeUndefined();
    longTargetAbove.advance([1, 2], Float32Array.of(1, 1)); // 0.5 and 0.5
    expect(longTargetAbove.stopped).toBe('converged');
  });

  it('clips its gradient to the norm: Adam in a later step sees the clipped one', () => {
    // Gradients (6, 8) then (0.3, 0.4): norms 10 and 0.5. With clipNorm 1 the first becomes (0.6, 0.8).
    const one = member({ clipNorm: 1 });
    one.advance([1, 1], Float32Array.of(6, 8));
    one.advance([1, 1], Float32Array.of(0.3, 0.4));
    const firstMoment = (0.9 * 0.1 * 0.6 + 0.1 * 0.3) / (1 - 0.9 ** 2);
    const secondMoment = (0.999 * 0.001 * 0.36 + 0.001 * 0.09) / (1 - 0.999 ** 2);
    expect(one.embedding.values[0]).toBeCloseTo(1 - 0.1 - (0.1 * firstMoment) / Math.sqrt(secondMoment), 5);
  });

  it.each([
    ['a NaN loss', [Number.NaN, 1], [1, 1]],
    ['an infinite loss', [Infinity, 1], [1, 1]],
    ['a NaN gradient', [1, 1], [Number.NaN, 1]],
  ])('stops on %s and keeps the last good embedding', (_, nll, gradient) => {
    const one = member();
    one.advance([2, 4], Float32Array.of(1, 1));
    const finite = [...one.best.embedding.values];
    one.advance(nll, Float32Array.from(gradient));
    expect(one.stopped).toBe('diverged');
    expect([...one.best.embedding.values].every(Number.isFinite)).toBe(true);
    if (!Number.isFinite(nll[0])) expect([...one.best.embedding.values]).toEqual(finite);
  });
});
