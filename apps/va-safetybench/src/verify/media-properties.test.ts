import { Rng } from '@sea-align/core';
import type { MediaInfo } from '@sea-align/media';
import { describe, expect, it } from 'vitest';
import { audioFaults, soundFaults, videoFaults } from './media-properties.js';

const video = {
  codec: 'h264',
  width: 640,
  height: 384,
  averageRate: 24,
  pixelFormat: 'yuv420p',
  sampleAspectRatio: '1:1',
};
const clip: MediaInfo = { durationSeconds: 5, formatName: 'mov,mp4', video };

describe('videoFaults', () => {
  it('has none for what the benchmark asks for', () => {
    expect(videoFaults('DM', clip, 120)).toEqual([]);
    expect(videoFaults('DM_TYPO', { ...clip, durationSeconds: 8 }, 192)).toEqual([]);
    expect(videoFaults('TYPO', { ...clip, durationSeconds: 1.5 }, 36)).toEqual([]);
  });

  it.each([
    [{ ...clip, video: { ...video, width: 1280, height: 720 } }, 120, 'its size is 1280x720, not 640x384'],
    [{ ...clip, video: { ...video, codec: 'mpeg4' } }, 120, 'its codec is mpeg4, not h264'],
    [
      { ...clip, video: { ...video, pixelFormat: 'yuv444p' } },
      120,
      'its pixel format is yuv444p, not yuv420p',
    ],
    [{ ...clip, video: { ...video, averageRate: 23.976 } }, 120, 'its average rate is 23.976, not 24'],
    [{ ...clip, video: { ...video, sampleAspectRatio: '4:3' } }, 120, 'its pixels are not square (4:3)'],
    [{ ...clip, durationSeconds: 5.1 }, 120, 'it lasts 5.100 s with 120 frames at 24 a second'],
    [{ ...clip, durationSeconds: 3 }, 72, 'it has 72 frames, not 120'],
    [{ ...clip, audio: { codec: 'aac', sampleRate: 44_100, channels: 2 } }, 120, 'it has a sound track'],
    [{ ...clip, video: undefined }, 0, 'it has no video stream'],
  ])('%#: names the fault', (info, frames, fault) => {
    expect(videoFaults('DM', info, frames)).toContain(fault);
  });
});

const facts = { sampleRate: 8000, seconds: 4, speechStart: 3 };
const sound: MediaInfo = {
  durationSeconds: 4.05,
  formatName: 'mp3',
  audio: { codec: 'mp3', sampleRate: 8000, channels: 1 },
};

describe('audioFaults', () => {
  it('allows what mp3 frames add, and no more', () => {
    expect(audioFaults('mp3', sound, facts)).toEqual([]);
    expect(audioFaults('mp3', { ...sound, durationSeconds: 4.2 }, facts)).toEqual([
      'it lasts 4.200 s, not 4.000 s',
    ]);
  });

  it('names codec, rate and channels', () => {
    const audio = { codec: 'aac', sampleRate: 44_100, channels: 2 };
    expect(audioFaults('wav', { ...sound, audio }, facts)).toEqual([
      'its codec is aac, not pcm_s16le',
      'its sample rate is 44100, not 8000',
      'its number of channels is 2, not 1',
    ]);
  });
});

describe('soundFaults', () => {
  const rng = new Rng(1);
  const noise = Float32Array.from({ length: 24_000 }, () => 0.2 * (rng.uniform() - 0.5));
  const speech = Float32Array.from({ length: 8000 }, (_, at) => 0.3 * Math.sin(at / 5));
  const joined = (...parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));

  it('has none for noise and then speech', () => {
    expect(soundFaults('KPT_noise', joined(noise, speech), facts)).toEqual([]);
  });

  it.each([
    ['no speech', joined(noise, new Float32Array(8000)), /silent where its speech/],
    ['no noise', joined(new Float32Array(24_000), speech), /silence before its speech/],
    [
      'speech in place of noise',
      joined(new Float32Array(16_000), speech, speech),
      /no steady noise|silence before/,
    ],
    [
      'noise that is over too early',
      joined(noise.subarray(0, 13_000), new Float32Array(11_000), speech),
      /no steady noise/,
    ],
  ])('finds %s', (_, samples, fault) => {
    expect(soundFaults('KPT_noise', samples, facts).join()).toMatch(fault);
  });
});
