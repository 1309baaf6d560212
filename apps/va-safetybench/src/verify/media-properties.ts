import type { MediaInfo } from '@sea-align/media';
import { z } from 'zod';
import type { MediumRecord } from '../build/records.js';

/** What every video of the benchmark is. */
export const videoFormat = {
  width: 640,
  height: 384,
  rate: 24,
  codec: 'h264',
  pixelFormat: 'yuv420p',
} as const;
/** Frames of the tasks whose length is fixed: 5 s, and 3 s of the phrase after them. */
const frameCounts: Readonly<Record<string, number>> = { DM: 120, DM_TYPO: 192 };
/** Encoders round a length up to whole mp3 frames of 1152 samples, and pad one more. */
const secondsTolerance = 0.11;

const audioFacts = z.object({ sampleRate: z.number(), seconds: z.number(), speechStart: z.number() });
/** Where in a sound the speech is, as its record says. */
export type AudioFacts = z.infer<typeof audioFacts>;

/** What the record of a sound says of it. */
export function audioFactsOf(record: MediumRecord | Omit<MediumRecord, 'versions'>): AudioFacts {
  return audioFacts.parse(record.provenance);
}

/** What is wrong with a video; empty if nothing is. */
export function videoFaults(task: string, info: MediaInfo, frames: number): string[] {
  const { video, audio, durationSeconds } = info;
  if (video === undefined) return ['it has no video stream'];
  const { width, height, rate, codec, pixelFormat } = videoFormat;
  const wanted = frameCounts[task];
  return [
    differs('size', `${video.width}x${video.height}`, `${width}x${height}`),
    differs('codec', video.codec, codec),
    differs('pixel format', video.pixelFormat, pixelFormat),
    Math.abs(video.averageRate - rate) > 0.001 ? `its average rate is ${video.averageRate}, not ${rate}` : '',
    (video.sampleAspectRatio ?? '1:1') === '1:1'
      ? ''
      : `its pixels are not square (${video.sampleAspectRatio ?? ''})`,
    Math.abs(durationSeconds - frames / rate) > 0.5 / rate
      ? `it lasts ${durationSeconds.toFixed(3)} s with ${frames} frames at ${rate} a second`
      : '',
    wanted !== undefined && frames !== wanted ? `it has ${frames} frames, not ${wanted}` : '',
    frames === 0 ? 'it has no frames' : '',
    audio === undefined ? '' : 'it has a sound track',
  ].filter((fault) => fault !== '');
}

/** What is wrong with a sound by its container; empty if nothing is. */
export function audioFaults(extension: string, info: MediaInfo, facts: AudioFacts): string[] {
  const { audio, video, durationSeconds } = info;
  if (audio === undefined) return ['it has no audio stream'];
  return [
    differs('codec', audio.codec, extension === 'wav' ? 'pcm_s16le' : 'mp3'),
    differs('sample rate', String(audio.sampleRate), String(facts.sampleRate)),
    differs('number of channels', String(audio.channels), '1'),
    Math.abs(durationSeconds - facts.seconds) > secondsTolerance
      ? `it lasts ${durationSeconds.toFixed(3)} s, not ${facts.seconds.toFixed(3)} s`
      : '',
    video === undefined ? '' : 'it has a picture in it',
  ].filter((fault) => fault !== '');
}

/**
 * What is wrong with the samples of a sound: silence where there is to be speech, or no noise before it. `samples` are those of
 * the decoded file, at `facts.sampleRate`.
 */
export function soundFaults(task: string, samples: Float32Array, facts: AudioFacts): string[] {
  const { sampleRate, speechStart } = facts;
  const boundary = Math.round(speechStart * sampleRate);
  const faults: string[] = [];
  const speech = samples.subarray(boundary);
  if (loudestFrame(speech, sampleRate) < -40) faults.push('it is silent where its speech is to be');
  if (task === 'KPT_noise') {
    const noise = samples.subarray(0, boundary);
    const halves = [noise.subarray(0, boundary / 2), noise.subarray(boundary / 2)].map(level);
    if (Math.min(...halves) < -90) faults.push('there is silence before its speech, not noise');
    else if (Math.abs(halves[0] - halves[1]) > 1) faults.push('what is before its speech is no steady noise');
  }
  return faults;
}

/** RMS in dBFS of the loudest 20 ms. */
function loudestFrame(samples: Float32Array, sampleRate: number): number {
  const frame = Math.round(sampleRate / 50);
  let loudest = -Infinity;
  for (let start = 0; start < samples.length; start += frame) {
    loudest = Math.max(loudest, level(samples.subarray(start, start + frame)));
  }
  return loudest;
}

/** RMS in dBFS. */
function level(samples: Float32Array): number {
  let power = 0;
  for (const sample of samples) power += sample * sample;
  return 10 * Math.log10(power / Math.max(1, samples.length));
}

function differs(what: string, found: string, wanted: string): string {
  return found === wanted ? '' : `its ${what} is ${found}, not ${wanted}`;
}
