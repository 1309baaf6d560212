import { Rng } from '@sea-align/core';
import { encodeWav } from '@sea-align/media';

import { conceptById } from '../concepts.js';
import { recordingStyleById, voiceById, type RecordingSpec } from './recording.js';
import { loudness, resampled, sampleRate } from './sound-effects.js';
import { SpokenPhrases } from './speech.js';
import { wordings } from './voices.js';

/** Length of every recording. */
export const recordingSeconds = 2;

/** Enough for every phrase at the held-out paces (46 x 2 x 4 x 2), some 80 MB at most; speaking takes longer than the rest. */
const phrases = new SpokenPhrases(1024);

/** What is said in a recording. @throws RangeError for a concept or wording that does not exist */
export function spokenText(spec: Pick<RecordingSpec, 'concept' | 'wording'>): string {
  const { name } = conceptById(spec.concept);
  const wording = wordings.at(spec.wording);
  if (!wording) throw new RangeError(`wording must be in 0 … ${wordings.length - 1}, got ${spec.wording}`);
  return wording(name);
}

/**
 * The samples of a recording, one channel at 16 kHz, two seconds. Deterministic: the same spec gives the same samples.
 * @throws RangeError for a concept, voice, wording or style that the world does not have
 */
export async function renderRecording(spec: RecordingSpec): Promise<Float32Array> {
  const style = recordingStyleById(spec.style);
  const { id: voice } = voiceById(spec.voice);
  const text = spokenText(spec);
  const rng = new Rng(
    `sound/${spec.concept}/${spec.style}/${spec.voice}/${spec.wording}/${spec.speed}/${spec.seed}`,
  );
  const within = (spread: number): number => (rng.uniform() * 2 - 1) * spread;
  const spoken = resampled(await phrases.samples({ text, voice, speed: spec.speed }), 1 + within(0.07));
  const length = recordingSeconds * sampleRate;
  const heard = new Float32Array(length);
  const start = Math.floor(rng.uniform() * Math.max(0, length - spoken.length));
  heard.set(spoken.subarray(0, length - start), start);
  const recorded = style.record(heard, rng);
  // Never loud enough to be cut off.
  const gain = (0.09 * 2 ** within(1)) / Math.max(loudness(recorded), 1e-6);
  return recorded.map((sample) => Math.max(-1, Math.min(1, sample * gain)));
}

/** The recording as a WAV file of 16 bits. */
export async function renderRecordingWav(spec: RecordingSpec): Promise<Uint8Array> {
  return encodeWav(await renderRecording(spec), sampleRate);
}
