import type { Rng } from '@sea-align/core';

import {
  highPass,
  loudness,
  lowPass,
  reverberation,
  sampleRate,
  whiteNoise,
  withNoise,
} from './sound-effects.js';

/** A way of recording, which is what a sound's style is. */
export interface RecordingStyle {
  readonly id: string;
  /** As the models say it, with its article. */
  readonly name: string;
  /** What the microphone gets of a voice; same length. */
  record(voice: Float32Array, rng: Rng): Float32Array;
}

const between = (rng: Rng, low: number, high: number): number => low + (high - low) * rng.uniform();
/** `share` of the voice's own loudness, which silence around it does not change much. */
const hiss = (voice: Float32Array, share: number, rng: Rng): Float32Array =>
  withNoise(voice, whiteNoise(voice.length, rng), share * loudness(voice));

const studio: RecordingStyle = {
  id: 'studio',
  name: 'a studio recording',
  record: (voice, rng) => hiss(voice, between(rng, 0.003, 0.01), rng),
};

/** Rumble, hiss and a vehicle that comes and goes. */
const street: RecordingStyle = {
  id: 'street',
  name: 'a street recording',
  record: (voice, rng) => {
    const rumble = lowPass(whiteNoise(voice.length, rng), between(rng, 150, 500));
    const air = whiteNoise(voice.length, rng);
    const [passes, width] = [rng.uniform() * voice.length, between(rng, 0.3, 0.8) * sampleRate];
    const traffic = rumble.map(
      (sample, i) => sample * (1 + 1.5 * Math.exp(-(((i - passes) / width) ** 2))) + 0.015 * air[i],
    );
    return withNoise(voice, traffic, between(rng, 0.2, 0.45) * loudness(voice));
  },
};

/** A steep low-pass. */
const cut = (samples: Float32Array, hertz: number): Float32Array =>
  lowPass(lowPass(lowPass(samples, hertz), hertz), hertz);

/** The band of a telephone, driven a little too hard. */
const telephone: RecordingStyle = {
  id: 'telephone',
  name: 'a telephone call',
  record: (voice, rng) => {
    const low = between(rng, 280, 420);
    const high = between(rng, 2600, 3400);
    const band = cut(highPass(highPass(voice, low), low), high);
    const gain = between(rng, 1.5, 4) / Math.max(1e-6, 4 * loudness(band));
    const driven = band.map((sample) => Math.tanh(sample * gain) / gain);
    return cut(hiss(driven, between(rng, 0.01, 0.04), rng), high);
  },
};

const hall: RecordingStyle = {
  id: 'hall',
  name: 'an echoing hall',
  record: (voice, rng) => {
    const size = between(rng, 0.85, 1.25);
    const delays = [1116, 1356, 1491, 1617].map((delay) => Math.round(delay * 0.5 * size));
    const tail = lowPass(reverberation(voice, between(rng, 0.5, 0.9), delays), 3500);
    const share = between(rng, 0.7, 1.1);
    return hiss(
      voice.map((sample, i) => sample + share * tail[i]),
      between(rng, 0.003, 0.01),
      rng,
    );
  },
};

export const recordingStyles: readonly RecordingStyle[] = [studio, street, telephone, hall];
