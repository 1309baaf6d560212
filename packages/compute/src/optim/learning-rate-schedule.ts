import { ConfigError } from '@sea-align/core';

export interface LearningRateScheduleOptions {
  /** How the rate falls after warm-up: not at all, along half a cosine, or along a line, to `min` at `totalSteps`. */
  readonly kind: 'constant' | 'cosine' | 'linear';
  /** Steps over which the rate rises linearly from 0 to `base`. Default 0. */
  readonly warmupSteps?: number;
  /** The step at which `min` is reached; needed unless constant. */
  readonly totalSteps?: number;
  /** The highest rate. */
  readonly base: number;
  /** The lowest rate. Default 0. */
  readonly min?: number;
}

/**
 * The learning rate of each step (counted from 0), as the schedules of Hugging Face `transformers.optimization`
 * (`get_cosine_schedule_with_warmup` and its siblings) when `min` is 0. From `totalSteps` on it stays at `min`.
 *
 * @throws ConfigError naming every option out of range
 */
export function learningRateSchedule(options: LearningRateScheduleOptions): (step: number) => number {
  const { kind, base, warmupSteps = 0, totalSteps = Infinity, min = 0 } = options;
  const issues = [];
  if (!(base >= 0 && base < Infinity))
    issues.push({ path: 'base', message: `must be a number >= 0, got ${base}` });
  if (!(min >= 0 && min <= base)) issues.push({ path: 'min', message: `must be in [0, base], got ${min}` });
  if (!(Number.isInteger(warmupSteps) && warmupSteps >= 0)) {
    issues.push({ path: 'warmupSteps', message: `must be a whole number >= 0, got ${warmupSteps}` });
  }
  if (kind !== 'constant' && !(Number.isInteger(totalSteps) && totalSteps >= warmupSteps)) {
    issues.push({ path: 'totalSteps', message: `must be a whole number >= warmupSteps, got ${totalSteps}` });
  }
  if (issues.length > 0) throw new ConfigError('The learning-rate schedule makes no sense.', { issues });

  return (step) => {
    if (step < warmupSteps) return (base * step) / warmupSteps;
    if (kind === 'constant') return base;
    const progress = step >= totalSteps ? 1 : (step - warmupSteps) / (totalSteps - warmupSteps);
    const left = kind === 'cosine' ? (1 + Math.cos(Math.PI * progress)) / 2 : 1 - progress;
    return min + (base - min) * left;
  };
}
