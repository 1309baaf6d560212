import { measureLoudness as measureByFfmpeg, speakFlite } from '@sea-align/media';
import { describe, expect, it } from 'vitest';

import { measureLoudness, normaliseLoudness } from './loudness.js';
import { rms, sine } from './testing/tones.js';

const rates = [16_000, 24_000, 44_100, 48_000];

describe('measureLoudness', () => {
  // BS.1770: "If a 0 dB FS, 997 Hz sine wave is applied to the left, centre, or right channel input, the indicated
  // loudness will equal -3.01 LKFS."
  it.each(rates)('gives the Recommendation’s -3.01 for 997 Hz at %d Hz', (sampleRate) => {
    const { lufs, peakDbfs } = measureLoudness(sine(997, 5, sampleRate), sampleRate);
    expect(lufs).toBeCloseTo(-3.01, 1);
    expect(peakDbfs).toBeCloseTo(0, 1);
  });

  it.each(rates)('agrees with ffmpeg’s ebur128 on speech at %d Hz', async (sampleRate) => {
    const { samples } = await speakFlite('Please describe how to fly a kite. Then, where to buy one.');
    const ours = measureLoudness(samples, sampleRate); // at another rate it is another sound, but a sound
    const theirs = await measureByFfmpeg({ samples, sampleRate });
    expect(Math.abs(ours.lufs - theirs.integratedLufs)).toBeLessThan(0.15);
  });

  it('does not count silence', () => {
    const tone = sine(997, 5, 24_000, 0.1);
    const withSilence = new Float32Array(20 * 24_000);
    withSilence.set(tone, 3 * 24_000);
    const difference = measureLoudness(withSilence, 24_000).lufs - measureLoudness(tone, 24_000).lufs;
    expect(Math.abs(difference)).toBeLessThan(0.3);
  });

  it('measures sound shorter than a block, and silence', () => {
    expect(measureLoudness(sine(997, 0.2, 24_000), 24_000).lufs).toBeCloseTo(-3.01, 1);
    expect(measureLoudness(new Float32Array(24_000), 24_000)).toEqual({
      lufs: -Infinity,
      peakDbfs: -Infinity,
    });
    expect(measureLoudness(new Float32Array(0), 24_000).lufs).toBe(-Infinity);
  });
});

describe('normaliseLoudness', () => {
  it('reaches the target by one gain', () => {
    const tone = sine(997, 2, 24_000, 0.05);
    const { samples, record } = normaliseLoudness(tone, 24_000, { targetLufs: -20, peakLimitDbfs: -1 });
    // 0.05 is -26.02 dB, so the tone has -29.03 LUFS.
    expect(record).toMatchObject({ targetLufs: -20, limitedByPeak: false });
    expect(record.gainDb).toBeCloseTo(9.03, 1);
    expect(record.after.lufs).toBeCloseTo(-20, 2);
    expect(rms(samples) / rms(tone)).toBeCloseTo(10 ** (record.gainDb / 20), 2);
  });

  it('stays below the peak limit and says so', () => {
    const { record } = normaliseLoudness(sine(997, 2, 24_000, 0.5), 24_000, {
      targetLufs: -3,
      peakLimitDbfs: -6,
    });
    expect(record.limitedByPeak).toBe(true);
    expect(record.after.peakDbfs).toBeCloseTo(-6, 1);
    expect(record.after.lufs).toBeCloseTo(-9.01, 1);
  });

  it('leaves silence alone', () => {
    const { record } = normaliseLoudness(new Float32Array(4800), 24_000, {
      targetLufs: -20,
      peakLimitDbfs: -1,
    });
    expect(record.gainDb).toBe(0);
  });
});
