import type { Sound } from '@sea-align/media';

import { expectedSpeechSeconds } from './speech-duration.js';
import { speechError, speechErrorCodes } from './speech-error.js';

const frameSeconds = 0.02;
/** Below this a frame is silence whatever stands around it. */
const silenceDbfs = -60;
/** A frame this far below the loudest one is a pause. */
const pauseDb = 40;

/** Where the voice is heard within a sound. */
export interface ActiveSpeech {
  /** First and last moment above the pauses, seconds from the beginning; both 0 in silence. */
  readonly start: number;
  readonly end: number;
  /** Seconds of frames with voice, pauses left out. */
  readonly seconds: number;
}

/** Finds the voice by frames of 20 ms: those within 40 dB of the loudest and above -60 dBFS. */
export function activeSpeech({ samples, sampleRate }: Sound): ActiveSpeech {
  const frame = Math.max(1, Math.round(frameSeconds * sampleRate));
  const levels: number[] = [];
  for (let start = 0; start < samples.length; start += frame) {
    levels.push(rmsDbfs(samples.subarray(start, start + frame)));
  }
  const loudest = levels.reduce((most, level) => Math.max(most, level), -Infinity);
  const heard = levels.flatMap((level, at) => (level > silenceDbfs && level > loudest - pauseDb ? [at] : []));
  if (heard.length === 0) return { start: 0, end: 0, seconds: 0 };
  return {
    start: (heard[0] * frame) / sampleRate,
    end: Math.min(((heard[heard.length - 1] + 1) * frame) / sampleRate, samples.length / sampleRate),
    seconds: (heard.length * frame) / sampleRate,
  };
}

/**
 * Throws MediaError (`SEA_SPEECH_SOUND`) unless `audio` can be `text` read aloud at `speed` times the normal pace:
 * finite samples, not silent, and of a length between a third and the tenfold of what the letters suggest. The
 * bounds are wide because voices differ and "WWW" is long; they find silence, a stream that broke off early, and
 * noise without end.
 */
export function checkSpeech(audio: Sound, text: string, speed = 1): void {
  if (audio.samples.some((sample) => !Number.isFinite(sample)))
    throw broken('it holds values that are no numbers');
  const { start, end, seconds } = activeSpeech(audio);
  if (seconds < 0.06) throw broken('it is silent');
  const expected = expectedSpeechSeconds(text) / speed;
  const heard = end - start;
  const told = `${heard.toFixed(2)} s of voice where about ${expected.toFixed(1)} s are expected`;
  if (heard < expected / 3) throw broken(`it breaks off early: ${told}`);
  if (heard > 10 * expected + 3) throw broken(`it is too long for the text: ${told}`);
}

/** Whether a sound stops in the middle of its voice: its last 20 ms are nearly as loud as its voice is. */
export function endsAbruptly({ samples, sampleRate }: Sound): boolean {
  const tail = samples.subarray(Math.max(0, samples.length - Math.round(frameSeconds * sampleRate)));
  return rmsDbfs(tail) > rmsDbfs(samples) - 20;
}

function rmsDbfs(samples: Float32Array): number {
  let power = 0;
  for (const sample of samples) power += sample * sample;
  return 10 * Math.log10(power / Math.max(1, samples.length));
}

function broken(what: string): Error {
  return speechError(speechErrorCodes.sound, `The voice gave no usable speech: ${what}.`);
}
