import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { embeddingScale, initialEmbedding } from './initial-embedding.js';
import { toyGeometry } from './testing/toy-model.js';

describe('initialEmbedding', () => {
  it('adds normal noise in units of the root mean square of M(blank), which stays as it is', () => {
    // Root mean square 5: of 1 and 7, sqrt((1 + 49) / 2).
    const blank = new Float32Array(20_000).map((_, index) => (index % 2 ? 7 : 1));
    const original = blank.slice();
    const geometry = toyGeometry(1);
    const { values: initial } = initialEmbedding({ values: blank, geometry }, 0.02, new Rng(1));
    const deviations = [...initial].map((value, index) => value - blank[index]);
    const mean = deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
    const deviation = Math.sqrt(
      deviations.reduce((sum, value) => sum + value * value, 0) / deviations.length,
    );
    // Four standard errors: 0.1 / sqrt(20000) = 0.0007 and 0.1 / sqrt(40000) = 0.0005
    expect(Math.abs(mean)).toBeLessThan(0.003);
    expect(Math.abs(deviation - 0.1)).toBeLessThan(0.002);
    expect(blank).toEqual(original);
  });

  it('is M(blank) itself without noise, but a copy', () => {
    const blank = { values: Float32Array.of(1, 2), geometry: toyGeometry(1) };
    const initial = initialEmbedding(blank, 0, new Rng(1));
    expect(initial).toEqual(blank);
    expect(initial.values).not.toBe(blank.values);
  });
});

describe('embeddingScale', () => {
  it('is the root mean square, and 1 where that is 0', () => {
    expect(embeddingScale(Float32Array.of(3, -4, 0, 0))).toBeCloseTo(2.5, 12);
    expect(embeddingScale(new Float32Array(4))).toBe(1);
  });
});
