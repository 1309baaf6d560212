import type { Rng } from '@sea-align/core';

/** Samples a second of every recording. */
export const sampleRate = 16_000;

/** Root of the mean square; 0 for no samples. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** The part between the first and the last sample that is louder than `floor` times the peak, with `margin` samples around it. */
export function trimmed(samples: Float32Array, floor = 0.03, margin = 400): Float32Array {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const heard = (sample: number): boolean => Math.abs(sample) > floor * peak;
  const first = Math.max(0, samples.findIndex(heard) - margin);
  return samples.slice(first, samples.findLastIndex(heard) + margin);
}

/** Played `rate` times as fast, so higher and shorter; cubic (Catmull-Rom) interpolation. */
export function resampled(samples: Float32Array, rate: number): Float32Array {
  const last = samples.length - 1;
  const out = new Float32Array(Math.floor(samples.length / rate));
  for (let i = 0; i < out.length; i++) {
    const left = Math.floor(i * rate);
    const t = i * rate - left;
    const a = samples[left > 0 ? left - 1 : 0];
    const b = samples[left];
    const c = samples[left < last ? left + 1 : last];
    const d = samples[left < last - 1 ? left + 2 : last];
    out[i] = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  }
  return out;
}

/** Noise that hisses, of root mean square 1. */
export function whiteNoise(length: number, rng: Rng): Float32Array {
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) out[i] = (rng.uniform() * 2 - 1) * Math.sqrt(3);
  return out;
}

/** One-pole low-pass at `hertz`. */
export function lowPass(samples: Float32Array, hertz: number): Float32Array {
  const keep = Math.exp((-2 * Math.PI * hertz) / sampleRate);
  let state = 0;
  return samples.map((sample) => (state = keep * state + (1 - keep) * sample));
}

/** One-pole high-pass at `hertz`. */
export function highPass(samples: Float32Array, hertz: number): Float32Array {
  const low = lowPass(samples, hertz);
  return samples.map((sample, i) => sample - low[i]);
}

/** `signal` plus `noise` scaled to the given root mean square. */
export function withNoise(signal: Float32Array, noise: Float32Array, level: number): Float32Array {
  const scale = level / Math.max(loudness(noise), 1e-9);
  return signal.map((sample, i) => sample + scale * noise[i]);
}

/** Echoes of echoes: four feedback delays side by side (Schroeder), that fall by 60 dB in `seconds`. */
export function reverberation(
  samples: Float32Array,
  seconds: number,
  delays: readonly number[],
): Float32Array {
  const out = new Float32Array(samples.length);
  for (const delay of delays) {
    const feedback = 10 ** ((-3 * delay) / sampleRate / seconds);
    const line = new Float32Array(samples.length);
    for (let i = 0; i < samples.length; i++) {
      line[i] = samples[i] + (i >= delay ? feedback * line[i - delay] : 0);
      out[i] += line[i] / delays.length;
    }
  }
  return out;
}
