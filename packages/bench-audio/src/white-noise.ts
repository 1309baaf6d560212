import { ConfigError, type Rng } from '@sea-align/core';

/** Loudest noise: a uniform distribution that fills [-1, 1] has an RMS of 1/sqrt(3), -4.77 dBFS. */
const loudest = -5;

export interface WhiteNoiseOptions {
  /** Rounded to whole samples. */
  seconds: number;
  /** Hz. */
  sampleRate: number;
  /** RMS in dB relative to an RMS of 1 (dBFS), -90 … -5. */
  level: number;
  /** Decides the noise alone: same state, same samples on every machine. */
  rng: Rng;
}

/**
 * White noise: independent samples, uniformly distributed, with a flat spectrum up to half the sample rate. The samples
 * are scaled so that their RMS is exactly `level`. Uniform and not normal, because its peak is only 4.8 dB above
 * its RMS: no clipping. Throws ConfigError for a value out of range.
 */
export function whiteNoise({ seconds, sampleRate, level, rng }: WhiteNoiseOptions): Float32Array {
  const length = Math.round(seconds * sampleRate);
  if (!(length >= 1 && length <= 600 * 192_000)) {
    throw new ConfigError(`White noise of ${seconds} s at ${sampleRate} Hz cannot be made.`, {
      hint: 'Use up to 600 seconds.',
    });
  }
  if (!(level >= -90 && level <= loudest)) {
    throw new ConfigError(`White noise at ${level} dBFS cannot be made.`, {
      hint: `Use a level of -90 … ${loudest} dBFS: louder noise would be clipped.`,
    });
  }
  const samples = Float32Array.from({ length }, () => 2 * rng.uniform() - 1);
  let power = 0;
  for (const sample of samples) power += sample * sample;
  // With very few samples the drawn RMS may be far below the expected one; never scale beyond full scale.
  const gain = Math.min(10 ** (level / 20) / Math.sqrt(power / length || 1), 1);
  return samples.map((sample) => sample * gain);
}
