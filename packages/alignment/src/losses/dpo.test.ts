import { ConfigError } from '@sea-align/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dpoLoss } from './dpo.js';

const ln = Math.log;

describe('dpoLoss', () => {
  it('starts at ln 2 with gradient beta / 2 where policy and reference agree', () => {
    const { loss, gradient, chosenRewards } = dpoLoss([-3], [-5], [-3], [-5], 0.3);
    expect(loss).toBeCloseTo(Math.LN2, 15);
    expect(gradient.policyChosen[0]).toBeCloseTo(-0.15, 15);
    expect(gradient.policyRejected[0]).toBeCloseTo(0.15, 15);
    expect(chosenRewards).toEqual([0]);
  });

  it('has the values of log-ratios worked out by hand', () => {
    // h = ln 3, beta = 1: sigmoid(ln 3) = 3/4, loss ln(4/3), slope sigmoid(-ln 3) = 1/4.
    const gained = dpoLoss([ln(3) - 1], [-1], [-2], [-2], 1);
    expect(gained.loss).toBeCloseTo(ln(4 / 3), 14);
    expect(gained.gradient.policyChosen[0]).toBeCloseTo(-1 / 4, 14);
    // beta h = 0.1 * -10 ln 7: sigmoid = 1/8, loss ln 8, slope 0.1 * 7/8.
    const lost = dpoLoss([-10 * ln(7)], [0], [0], [0], 0.1);
    expect(lost.loss).toBeCloseTo(ln(8), 13);
    expect(lost.gradient.policyRejected[0]).toBeCloseTo(0.0875, 14);
    // Both at once: means, and gradients halved.
    const both = dpoLoss([ln(3) - 1, ln(1 / 7)], [-1, 0], [-2, 0], [-2, 0], 1);
    expect(both.loss).toBeCloseTo((ln(4 / 3) + ln(8)) / 2, 14);
    expect(both.gradient.policyChosen[0]).toBeCloseTo(-1 / 8, 14);
    expect(both.gradient.policyChosen[1]).toBeCloseTo(-7 / 16, 14);
  });

  it('agrees with the case worked out in torchtune: beta h = 0, 1, 2', () => {
    const chosen = [-0.5, -10, -1];
    const rejected = [-0.1, -30, -21];
    const refChosen = [-0.5, -10.1, -0.1];
    const refRejected = [-0.1, -20.1, -0.1];
    const losses = [0, 1, 2].map((z) => ln(1 + Math.exp(-z)));
    const { loss, chosenRewards, rejectedRewards } = dpoLoss(chosen, rejected, refChosen, refRejected, 0.1);
    expect(loss).toBeCloseTo((losses[0] + losses[1] + losses[2]) / 3, 13);
    expect(chosenRewards[2]).toBeCloseTo(-0.09, 13);
    expect(rejectedRewards[2]).toBeCloseTo(-2.09, 13);
  });

  it('neither overflows nor loses its slope far from zero', () => {
    const lost = dpoLoss([-5000], [0], [0], [0], 1);
    expect(lost.loss).toBe(5000);
    expect(lost.gradient.policyChosen[0]).toBe(-1);
    const won = dpoLoss([5000], [0], [0], [0], 1);
    expect(won.loss).toBeCloseTo(0, 15);
    expect(won.gradient.policyChosen[0]).toBeCloseTo(0, 15);
  });

  it('has the gradient of central differences', () => {
    const logProb = fc.double({ min: -30, max: 0, noNaN: true });
    const pair = fc.record({ pc: logProb, pr: logProb, rc: logProb, rr: logProb });
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (pairs, beta) => {
          const at = (shift: number, index: number): number =>
            dpoLoss(
              pairs.map(({ pc }, i) => pc + (i === index ? shift : 0)),
              pairs.map(({ pr }) => pr),
              pairs.map(({ rc }) => rc),
              pairs.map(({ rr }) => rr),
              beta,
            ).loss;
          const { gradient } = dpoLoss(
            pairs.map(({ pc }) => pc),
            pairs.map(({ pr }) => pr),
            pairs.map(({ rc }) => rc),
            pairs.map(({ rr }) => rr),
            beta,
          );
          pairs.forEach((_, index) => {
            const numeric = (at(1e-4, index) - at(-1e-4, index)) / 2e-4;
            expect(Math.abs(gradient.policyChosen[index] - numeric)).toBeLessThan(1e-7);
            expect(gradient.policyRejected[index]).toBe(-gradient.policyChosen[index]);
          });
        },
      ),
    );
  });

  it('refuses lists of different lengths and a beta of 0', () => {
    expect(() => dpoLoss([0, 0], [0], [0, 0], [0, 0], 1)).toThrow(ConfigError);
    expect(() => dpoLoss([0], [0], [0], [0], 0)).toThrow(ConfigError);
  });
});
