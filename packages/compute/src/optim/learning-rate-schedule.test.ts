import { readFileSync } from 'node:fs';
import { ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { learningRateSchedule } from './learning-rate-schedule.js';

const { schedules } = JSON.parse(
  readFileSync(new URL('./pytorch.fixture.json', import.meta.url), 'utf8'),
) as { schedules: Record<'cosine' | 'linear' | 'constant', number[]> };

describe('learningRateSchedule', () => {
  it('by hand: warm-up, half-way and end of a cosine above a floor', () => {
    const rate = learningRateSchedule({ kind: 'cosine', warmupSteps: 2, totalSteps: 10, base: 1, min: 0.2 });
    expect([0, 1, 2, 10, 99].map(rate)).toEqual([0, 0.5, 1, 0.2, 0.2]);
    expect(rate(6)).toBeCloseTo(0.6, 12);
    expect(rate(4)).toBeCloseTo(0.2 + 0.8 * 0.8535533905932737, 12);
  });

  it('by hand: linear without warm-up', () => {
    const rate = learningRateSchedule({ kind: 'linear', totalSteps: 4, base: 8 });
    expect([0, 1, 2, 3, 4, 5].map(rate)).toEqual([8, 6, 4, 2, 0, 0]);
  });

  it('with nothing but warm-up', () => {
    const rate = learningRateSchedule({ kind: 'cosine', warmupSteps: 2, totalSteps: 2, base: 1 });
    expect([0, 1, 2].map(rate)).toEqual([0, 0.5, 0]);
  });

  it.each(['cosine', 'linear', 'constant'] as const)('%s agrees with Hugging Face transformers', (kind) => {
    const rate = learningRateSchedule({ kind, warmupSteps: 4, totalSteps: 12, base: 0.002 });
    expect(schedules[kind].length).toBe(15);
    // transformers lets a cosine rise again after its end; here it stays at the floor.
    schedules[kind].slice(0, 13).forEach((expected, step) => expect(rate(step)).toBeCloseTo(expected, 12));
  });

  it('names every option out of range', () => {
    const fault = (() => {
      try {
        return learningRateSchedule({ kind: 'cosine', warmupSteps: 0.5, base: -1, min: 3 });
      } catch (error) {
        return error;
      }
    })();
    expect(ConfigError.isInstance(fault) && fault.issues.map(({ path }) => path)).toEqual([
      'base',
      'min',
      'warmupSteps',
      'totalSteps',
    ]);
  });
});
