import { readFileSync } from 'node:fs';
import { NumericError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { clipByGlobalNorm } from './clip-by-global-norm.js';

type Named = Record<string, number[]>;
const { clip } = JSON.parse(readFileSync(new URL('./pytorch.fixture.json', import.meta.url), 'utf8')) as {
  clip: { max: number; before: Named; norm: number; after: Named }[];
};
const mapOf = (named: Named) =>
  new Map(Object.entries(named).map(([name, values]) => [name, Float32Array.from(values)]));

describe('clipByGlobalNorm', () => {
  it('scales all tensors by one factor, by hand: a 3-4-12 box has the diagonal 13', () => {
    const grads = mapOf({ a: [3, -4], b: [12] });
    expect(clipByGlobalNorm(grads, 1.3)).toBe(13);
    expect(grads.get('a')![0]).toBeCloseTo(0.3, 6);
    expect(grads.get('a')![1]).toBeCloseTo(-0.4, 6);
    expect(grads.get('b')![0]).toBeCloseTo(1.2, 6);
  });

  it('leaves gradients within the limit alone', () => {
    const grads = mapOf({ a: [3, 4] });
    expect(clipByGlobalNorm(grads, 5)).toBe(5);
    expect(clipByGlobalNorm(grads, Infinity)).toBe(5);
    expect(grads).toEqual(mapOf({ a: [3, 4] }));
    expect(clipByGlobalNorm(new Map(), 1)).toBe(0);
  });

  it('agrees with PyTorch', () => {
    expect(clip.length).toBe(2);
    for (const { max, before, norm, after } of clip) {
      const grads = mapOf(before);
      expect(clipByGlobalNorm(grads, max)).toBeCloseTo(norm, 5);
      for (const [name, values] of grads) values.forEach((v, i) => expect(v).toBeCloseTo(after[name][i], 6));
    }
  });

  it.each([NaN, Infinity, -Infinity])('names the tensor and place of a %d, and scales nothing', (value) => {
    const grads = mapOf({ fine: [100], broken: [1, value, 2] });
    const fault = (() => {
      try {
        return clipByGlobalNorm(grads, 1);
      } catch (error) {
        return error;
      }
    })();
    expect(NumericError.isInstance(fault) && fault.message).toMatch(/'broken' holds .* at index 1/);
    expect(grads.get('fine')).toEqual(Float32Array.of(100));
  });

  it('does not overflow on large float32 values', () => {
    expect(clipByGlobalNorm(mapOf({ a: [3e38, 3e38] }), Infinity) / (3e38 * Math.SQRT2)).toBeCloseTo(1, 5);
  });
});
