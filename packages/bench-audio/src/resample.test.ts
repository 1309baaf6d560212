import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { resample } from './resample.js';
import { meanPower } from './testing/spectrum.js';
import { rms, sine } from './testing/tones.js';
import { whiteNoise } from './white-noise.js';

/** Without the ends, where the filter reaches beyond the sound. */
const middle = (samples: Float32Array): Float32Array => samples.subarray(4000, samples.length - 4000);

describe('resample', () => {
  it.each([
    [16_000, 24_000, 440],
    [16_000, 24_000, 7000],
    [22_050, 24_000, 5000],
    [48_000, 24_000, 10_000],
    [44_100, 16_000, 3000],
    [8_000, 24_000, 3000],
  ])('keeps a tone: %d -> %d Hz, %d Hz', (from, to, frequency) => {
    const got = middle(resample(sine(frequency, 1, from), from, to));
    const wanted = middle(sine(frequency, 1, to));
    expect(got.length).toBe(wanted.length);
    expect(rms(got.map((sample, i) => sample - wanted[i]))).toBeLessThan(2e-4);
  });

  it('adds nothing above what the input had', () => {
    const noise = whiteNoise({ seconds: 2, sampleRate: 16_000, level: -20, rng: new Rng(1) });
    const power = meanPower(resample(noise, 16_000, 24_000), 1024);
    const mean = (from: number, to: number): number => {
      const band = power.slice(Math.ceil((from * 1024) / 24_000), Math.floor((to * 1024) / 24_000));
      return band.reduce((sum, value) => sum + value, 0) / band.length;
    };
    expect(10 * Math.log10(mean(8500, 12_000) / mean(100, 7000))).toBeLessThan(-70);
  });

  it('takes out what the new rate cannot hold', () => {
    expect(rms(middle(resample(sine(10_000, 1, 48_000), 48_000, 16_000)))).toBeLessThan(1e-3);
  });

  it('keeps a constant, and the length in seconds', () => {
    const constant = resample(new Float32Array(16_000).fill(0.5), 16_000, 24_000);
    expect(constant).toHaveLength(24_000);
    expect(Math.max(...middle(constant).map((sample) => Math.abs(sample - 0.5)))).toBeLessThan(1e-6);
    expect(resample(new Float32Array(5), 16_000, 24_000)).toHaveLength(8); // ceil(7.5)
  });

  it('leaves sound of the wanted rate as it is', () => {
    const samples = sine(440, 0.1, 24_000);
    expect(resample(samples, 24_000, 24_000)).toBe(samples);
  });
});
