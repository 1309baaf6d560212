import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { initialWeights } from './initial-weights.js';

describe('initialWeights', () => {
  it('sets norms to 1, biases to 0 and depends on the seed and the name only', () => {
    const shapes = new Map([
      ['a.layer_norm1.weight', [4]],
      ['a.pre_layrnorm.weight', [4]],
      ['a.input_layernorm.weight', [4]],
      ['a.merger.ln_q.weight', [4]],
      ['a.fc1.bias', [4]],
      ['a.fc1.weight', [40, 50]],
    ]);
    const weights = initialWeights(shapes, new Rng(1), 0.05);
    for (const name of [
      'a.layer_norm1.weight',
      'a.pre_layrnorm.weight',
      'a.input_layernorm.weight',
      'a.merger.ln_q.weight',
    ]) {
      expect([...(weights.get(name) ?? [])]).toEqual([1, 1, 1, 1]);
    }
    expect([...(weights.get('a.fc1.bias') ?? [])]).toEqual([0, 0, 0, 0]);
    const matrix = weights.get('a.fc1.weight') ?? new Float32Array();
    const deviation = Math.sqrt(matrix.reduce((sum, v) => sum + v * v, 0) / matrix.length);
    expect(deviation).toBeGreaterThan(0.047);
    expect(deviation).toBeLessThan(0.053);
    expect(
      initialWeights(new Map([['a.fc1.weight', [40, 50]]]), new Rng(1), 0.05).get('a.fc1.weight'),
    ).toEqual(matrix);
    expect(initialWeights(shapes, new Rng(2), 0.05).get('a.fc1.weight')).not.toEqual(matrix);
  });
});
