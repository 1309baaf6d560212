import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sha256 } from '@sea-align/core';
import { decodeAudio, probe, readWav } from '@sea-align/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildAudioOnly, buildKpt, buildKptNoise } from './audio-tasks.js';
import { createFliteSpeech } from './flite-speech.js';
import type { Speech } from './speech.js';
import { spectralFlatness } from './testing/spectrum.js';
import { rms } from './testing/tones.js';

const phrase = 'fly a kite';
const sampleRate = 24_000;
const options = { speech: createFliteSpeech() };
let folder: string;
let kpt: Float32Array;

const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audio-tasks-'));
  await buildKpt(phrase, { wav: file('kpt.wav') }, options);
  await buildKptNoise(phrase, { mp3: file('noise.mp3'), wav: file('noise.wav') }, options, { seed: 7 });
  kpt = (await readWav(file('kpt.wav'))).samples;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * Where the noise of a file ends, seconds: the first millisecond from 2.5 s on that is 15 dB below the noise before
 * it.
 */
function noiseEnd(samples: Float32Array): number {
  const step = sampleRate / 1000;
  const noise = rms(samples.subarray(0, 2.5 * sampleRate));
  for (let at = 2.5 * sampleRate; at < samples.length; at += step) {
    if (rms(samples.subarray(at, at + step)) < noise * 10 ** (-15 / 20)) return at / sampleRate;
  }
  return Infinity;
}

describe.each(['wav', 'mp3'])('KPT_noise as %s', (format) => {
  let samples: Float32Array;
  beforeAll(async () => {
    samples = await decodeAudio(file(`noise.${format}`), { sampleRate });
  });

  it('is 3 s of noise, then the samples of KPT, to the sample', () => {
    expect(samples).toHaveLength(3 * sampleRate + kpt.length);
    const speech = samples.subarray(3 * sampleRate);
    const error = rms(speech.map((sample, i) => sample - kpt[i])) / rms(kpt);
    expect(20 * Math.log10(error)).toBeLessThan(format === 'wav' ? -80 : -20);
  });

  it('passes from noise to speech within 5 ms of 3.000 s', () => {
    expect(Math.abs(noiseEnd(samples) - 3)).toBeLessThan(0.005);
  });

  it('has flat noise from 100 Hz to 10 kHz, from the beginning to the boundary', () => {
    expect(spectralFlatness(samples.subarray(0, 3 * sampleRate), sampleRate, 100, 10_000)).toBeGreaterThan(
      0.98,
    );
    // LAME multiplies by 0.95 (-0.45 dB) and cuts at 11.2 kHz (-0.3 dB of white noise).
    for (const [from, to] of [
      [0, 3],
      [2.9, 2.995],
    ]) {
      const level = 20 * Math.log10(rms(samples.subarray(from * sampleRate, to * sampleRate)));
      expect(Math.abs(level + 20)).toBeLessThan(1);
    }
  });

  it('is 24 kHz, one channel', async () => {
    const { audio, durationSeconds } = await probe(file(`noise.${format}`));
    expect(audio).toMatchObject({ sampleRate, channels: 1, codec: format === 'wav' ? 'pcm_s16le' : 'mp3' });
    expect(durationSeconds).toBeCloseTo(samples.length / sampleRate, format === 'wav' ? 3 : 0);
  });
});

describe('provenance', () => {
  it('tells how the sound came about', async () => {
    const made = await buildKptNoise(phrase, { wav: file('p.wav') }, options, {
      seed: 'x',
      level: -30,
      seconds: 1,
    });
    expect(made).toMatchObject({
      task: 'KPT_noise',
      speech: { engine: 'flite', voice: 'slt', rate: 1, version: '0.1.1' },
      spokenText: phrase,
      textChanged: false,
      sampleRate,
      voiceSampleRate: 16_000,
      noise: { seconds: 1, levelDbfs: -30, seed: 'x' },
      speechStart: 1,
      samples: sampleRate + kpt.length,
      seconds: 1 + kpt.length / sampleRate,
    });
    expect(made.loudness).toMatchObject({ targetLufs: -20, after: { lufs: -20 } });
    expect(JSON.parse(JSON.stringify(made))).toMatchObject({ loudness: made.loudness });
    expect(made.pcmSha256).toBe(sha256((await readFile(file('p.wav'))).subarray(44)));
  });

  it('has the same gain for KPT and KPT_noise, another sound for another seed', async () => {
    const plain = await buildKpt(phrase, { wav: file('q.wav') }, options);
    const [one, same, other] = await Promise.all(
      [1, 1, 2].map((seed, i) => buildKptNoise(phrase, { wav: file(`q${i}.wav`) }, options, { seed })),
    );
    expect(one.loudness).toEqual(plain.loudness);
    expect(one.pcmSha256).toBe(same.pcmSha256);
    expect(one.pcmSha256).not.toBe(other.pcmSha256);
    expect(await readFile(file('q0.wav'))).toEqual(await readFile(file('q1.wav')));
  });

  it('says so where characters without sound were taken out', async () => {
    const made = await buildAudioOnly('fly\u202E a\nkite', { wav: file('r.wav') }, options);
    expect(made).toMatchObject({ task: 'Audio_only', spokenText: phrase, textChanged: true, speechStart: 0 });
  });
});

describe('options and faults', () => {
  it('makes what is asked for: rate, loudness, bit rate', async () => {
    const made = await buildKpt(
      phrase,
      { mp3: file('o.mp3') },
      {
        ...options,
        sampleRate: 44_100,
        loudness: -30,
        mp3BitRate: 64,
      },
    );
    expect(made).toMatchObject({ sampleRate: 44_100, loudness: { after: { lufs: -30 } }, mp3BitRate: 64 });
    expect((await probe(file('o.mp3'))).audio?.sampleRate).toBe(44_100);
  });

  it('does not change what a voice of the right rate gave, but for the gain', async () => {
    const samples = (await createFliteSpeech().speak(phrase)).samples;
    const speech: Speech = {
      name: 'ready',
      describe: () => ({ engine: 'ready', deterministic: true }),
      speak: async () => ({ samples, sampleRate }),
    };
    const made = await buildKpt(phrase, { wav: file('s.wav') }, { speech });
    expect(made.resampling).toBeUndefined();
    expect(made.samples).toBe(samples.length);
  });

  it.each([
    [{ sampleRate: 12_345 }, {}, 'audio options'],
    [{ loudness: 3 }, {}, 'audio options'],
    [{}, { level: 0 }, 'noise options'],
    [{}, { seconds: 0 }, 'noise options'],
    [{}, { seed: 1.5 }, 'noise options'],
  ])('refuses %j %j', async (audio, noise, message) => {
    const wrong = { ...options, ...audio } as typeof options;
    await expect(buildKptNoise(phrase, { wav: file('x.wav') }, wrong, { seed: 1, ...noise })).rejects.toThrow(
      message,
    );
  });

  it('writes nothing where the text cannot be spoken, or no file is asked for', async () => {
    const before = await readdir(folder);
    await expect(buildKpt('', { wav: file('y.wav') }, options)).rejects.toThrow('no letter or digit');
    await expect(buildKpt(phrase, {}, options)).rejects.toThrow('Neither');
    await expect(buildKpt('x'.repeat(10_240), { mp3: file('y.mp3') }, options)).rejects.toThrow('too long');
    expect(await readdir(folder)).toEqual(before);
  });
});
