import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { initialEmbedding } from './initial-embedding.js';

describe('initialEmbedding', () => {
  it('adds normal noise of the given deviation to M(blank), which stays as it is', () => {
    const blank = new Float32Array(20_000).fill(3);
    const initial = initialEmbedding(blank, 0.1, new Rng(1));
    const deviations = [...initial].map((value) => value - 3);
    const mean = deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
    const deviation = Math.sqrt(
      deviations.reduce((sum, value) => sum + value * value, 0) / deviations.length,
    );
    // Four standard errors: 0.1 / sqrt(20000) = 0.0007 and 0.1 / sqrt(40000) = 0.0005
    expect(Math.abs(mean)).toBeLessThan(0.003);
    expect(Math.abs(deviation - 0.1)).toBeLessThan(0.002);
    expect(blank.every((value) => value === 3)).toBe(true);
  });

  it('is M(blank) itself without noise, but a copy', () => {
    const blank = Float32Array.of(1, 2);
    const initial = initialEmbedding(blank, 0, new Rng(1));
    expect(initial).toEqual(blank);
    expect(initial).not.toBe(blank);
  });
});
