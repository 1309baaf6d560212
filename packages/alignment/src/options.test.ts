import { ConfigError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { resolveOptions, resolveTrainable } from './options.js';

function issuesOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (ConfigError.isInstance(error)) return error.issues.map(({ path }) => path).toSorted();
    throw error;
  }
  return [];
}

describe('resolveOptions', () => {
  it('has the documented defaults', () => {
    const full = { kind: 'full' } as const;
    expect(resolveOptions('sft', full)).toMatchObject({
      steps: 100,
      learningRate: 3e-4,
      rowsPerStep: { textHarmful: 8, textHarmless: 5, mediumHarmful: 8, mediumHarmless: 5, retention: 6 },
      validation: { fraction: 0.1 },
    });
    expect(resolveOptions('dpo', full)).toMatchObject({ steps: 120, nllWeight: 2, beta: 0.1 });
  });

  it('names every fault at once, unknown keys too', () => {
    const faulty = {
      steps: 0,
      learnigRate: 1,
      rowsPerStep: { textHarmful: -1 },
      validation: { fraction: 2, foo: 1 },
    };
    expect(issuesOf(() => resolveOptions('sft', { kind: 'full' }, faulty))).toEqual([
      'learnigRate',
      'rowsPerStep.textHarmful',
      'steps',
      'validation.foo',
      'validation.fraction',
    ]);
    expect(issuesOf(() => resolveOptions('sft', { kind: 'full' }, { steps: 3, warmupSteps: 4 }))).toEqual([
      'warmupSteps',
    ]);
    const none = { textHarmful: 0, textHarmless: 0, mediumHarmful: 0, mediumHarmless: 0, retention: 0 };
    expect(issuesOf(() => resolveOptions('sft', { kind: 'full' }, { rowsPerStep: none }))).toEqual([
      'rowsPerStep',
    ]);
  });
});

describe('resolveTrainable', () => {
  it('fills in LoRA, and offers no way to train the modality encoder', () => {
    expect(resolveTrainable()).toEqual({ kind: 'full' });
    expect(resolveTrainable({ kind: 'lora', rank: 4 })).toMatchObject({
      rank: 4,
      targets: expect.any(Array),
    });
    expect(issuesOf(() => resolveTrainable({ kind: 'encoder' }))).toEqual(['kind']);
    expect(issuesOf(() => resolveTrainable({ kind: 'tensors', names: ['vision_tower.x'] }))).toEqual([
      'kind',
    ]);
  });
});
