import { describe, expect, it } from 'vitest';
import { ConvergenceMonitor, type StopRule } from './convergence.js';

const never: StopRule = { steps: 1000, lossPerToken: null, patience: null, minImprovement: 0 };

/** Index of the observation at which the monitor stops, and why. */
function stopOf(rule: Partial<StopRule>, losses: number[], perToken = (loss: number) => [loss]) {
  const monitor = new ConvergenceMonitor({ ...never, ...rule });
  for (const [index, loss] of losses.entries()) {
    const reason = monitor.observe(loss, perToken(loss));
    if (reason) return { index, reason };
  }
  return undefined;
}

describe('ConvergenceMonitor', () => {
  it('allows exactly `steps` updates: observation 0 is before the first', () => {
    expect(stopOf({ steps: 3 }, [5, 4, 3, 2, 1])).toEqual({ index: 3, reason: 'max-steps' });
    expect(stopOf({ steps: 0 }, [5])).toEqual({ index: 0, reason: 'max-steps' });
  });

  it('asks every branch to be below the threshold, not their mean', () => {
    const uneven = (loss: number) => [loss / 10, loss];
    expect(stopOf({ lossPerToken: 0.5 }, [2, 0.6, 0.5], uneven)).toEqual({ index: 2, reason: 'converged' });
  });

  it('prefers converged over max-steps when both hold', () => {
    expect(stopOf({ steps: 1, lossPerToken: 0.1 }, [1, 0.05])).toEqual({ index: 1, reason: 'converged' });
  });

  it('stops on a plateau: `patience` observations without a relative improvement', () => {
    // 1.00 -> 0.995 and 0.992 are within 1 % of the reference 1.00; 0.98 is not.
    const rule = { patience: 3, minImprovement: 0.01 };
    expect(stopOf(rule, [1, 0.995, 0.98, 0.979, 0.978, 0.977])).toEqual({ index: 5, reason: 'converged' });
    expect(stopOf(rule, [1, 0.9, 0.8, 0.7, 0.6, 0.5])).toBeUndefined();
  });

  it('counts slow but steady improvement', () => {
    // Each step improves by 0.4 %, three of them by more than 1 %.
    const losses = Array.from({ length: 30 }, (_, index) => 0.996 ** index);
    expect(stopOf({ patience: 5, minImprovement: 0.01 }, losses)).toBeUndefined();
  });

  it('calls NaN and infinity diverged, in the loss or in one branch', () => {
    expect(stopOf({}, [1, Number.NaN])).toEqual({ index: 1, reason: 'diverged' });
    expect(stopOf({}, [1, Infinity])).toEqual({ index: 1, reason: 'diverged' });
    expect(stopOf({}, [1], () => [0.1, Number.NaN])).toEqual({ index: 0, reason: 'diverged' });
  });
});
