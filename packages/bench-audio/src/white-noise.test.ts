import { Rng } from '@sea-align/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { spectralFlatness } from './testing/spectrum.js';
import { rms, sine } from './testing/tones.js';
import { whiteNoise } from './white-noise.js';

const make = (seed: string, level = -20, seconds = 0.5) =>
  whiteNoise({ seconds, sampleRate: 24_000, level, rng: new Rng(seed) });

describe('whiteNoise', () => {
  it('is the same for the same seed, another for another', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(make(one, -20, 0.01)).toEqual(make(one, -20, 0.01));
        if (one !== other) expect(make(one, -20, 0.01)).not.toEqual(make(other, -20, 0.01));
      }),
      { numRuns: 30 },
    );
  });

  it('has exactly the level that was asked for, and is never clipped', () => {
    fc.assert(
      fc.property(fc.double({ min: -90, max: -5, noNaN: true }), fc.string(), (level, seed) => {
        const noise = make(seed, level);
        expect(20 * Math.log10(rms(noise))).toBeCloseTo(level, 3);
        expect(noise.every((sample) => Math.abs(sample) <= 1)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('has samples without memory: no sample tells of those before it', () => {
    const noise = make('a', -20, 3);
    const power = rms(noise) ** 2;
    for (const lag of [1, 2, 3, 10, 100]) {
      let product = 0;
      for (let i = lag; i < noise.length; i++) product += noise[i] * noise[i - lag];
      // Standard deviation of a sample correlation: 1 / sqrt(72000) = 0.0037.
      expect(Math.abs(product / noise.length / power)).toBeLessThan(5 * 0.0037);
    }
  });

  it('is flat from 100 Hz to 10 kHz, by a measure that a tone or a filter fails', () => {
    const noise = make('a', -20, 3);
    expect(spectralFlatness(noise, 24_000, 100, 10_000)).toBeGreaterThan(0.98);
    expect(spectralFlatness(sine(1000, 3, 24_000), 24_000, 100, 10_000)).toBeLessThan(0.1);
    const smoothed = noise.map((sample, i) => sample + (noise[i - 1] ?? 0));
    expect(spectralFlatness(smoothed, 24_000, 100, 10_000)).toBeLessThan(0.9);
  });

  it('has the length that was asked for', () => {
    expect(make('a', -20, 3)).toHaveLength(72_000);
    expect(whiteNoise({ seconds: 3, sampleRate: 44_100, level: -20, rng: new Rng(1) })).toHaveLength(132_300);
  });

  it.each([
    [0, -20],
    [NaN, -20],
    [1e9, -20],
    [3, 0],
    [3, NaN],
    [3, -100],
  ])('refuses %d s at %d dBFS', (seconds, level) => {
    expect(() => make('a', level, seconds)).toThrow('cannot be made');
  });
});
