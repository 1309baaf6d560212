import { access, readdir, readFile, writeFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { decodeAudio } from './decode-audio.js';
import { encodeAudio } from './encode-audio.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { measureLoudness } from './loudness.js';
import { probe } from './probe.js';
import { sampleHash } from './sample-hash.js';
import { temporaryFolder, tone } from './testing/made-media.js';
import { encodeWav } from './wav.js';
import { createHash } from 'node:crypto';

const folder = temporaryFolder();
const file = (name: string) => folder.path(name);

describe('encodeAudio', () => {
  it.each([8000, 16_000, 24_000, 44_100])(
    'writes an MP3 file of %i Hz in which nothing moves',
    async (sampleRate) => {
      // Silence, then a tone from exactly half a second on.
      const samples = new Float32Array(sampleRate);
      samples.set(tone(440, 0.5, sampleRate), sampleRate / 2);
      await encodeAudio(samples, { sampleRate, format: 'mp3', bitRate: 64 }, file('a.mp3'));
      expect((await probe(file('a.mp3'))).audio).toEqual({ codec: 'mp3', sampleRate, channels: 1 });
      const read = await decodeAudio(file('a.mp3'), { sampleRate });
      expect(read).toHaveLength(samples.length);
      const start = read.findIndex((sample) => Math.abs(sample) > 0.1);
      expect(Math.abs(start / sampleRate - 0.5)).toBeLessThan(0.005);
      const inner = [0.6, 0.9].map((at) => Math.round(at * sampleRate));
      const power = read.subarray(...inner).reduce((sum, x) => sum + x * x, 0) / (inner[1] - inner[0]);
      expect(Math.sqrt(2 * power)).toBeCloseTo(0.5, 1);
    },
  );

  it('writes the same bytes again', async () => {
    const make = async (name: string) => {
      await encodeAudio(tone(300, 0.3, 16_000), { sampleRate: 16_000, format: 'mp3' }, file(name));
      return readFile(file(name));
    };
    expect(await make('one.mp3')).toEqual(await make('two.mp3'));
  });

  it('writes WAV', async () => {
    const samples = tone(300, 0.3, 16_000);
    await encodeAudio(samples, { sampleRate: 16_000, format: 'wav' }, file('a.wav'));
    expect(await readFile(file('a.wav'))).toEqual(Buffer.from(encodeWav(samples, 16_000)));
  });

  it('refuses what cannot be and leaves nothing behind', async () => {
    const before = await readdir(file('.'));
    const encode = (samples: Float32Array, sampleRate: number, bitRate?: number, signal?: AbortSignal) =>
      encodeAudio(samples, { sampleRate, format: 'mp3', bitRate, signal }, file('refused.mp3'));
    const sound = tone(300, 0.1, 16_000);
    await expect(encode(new Float32Array(0), 16_000)).rejects.toMatchObject({ name: 'MediaError' });
    await expect(encode(sound, 16_001)).rejects.toMatchObject({ code: 'SEA_CONFIG' });
    await expect(encode(sound, 16_000, 4)).rejects.toMatchObject({ code: 'SEA_CONFIG' });
    await expect(encode(sound, 16_000, 64, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(await readdir(file('.'))).toEqual(before);
  });

  it('calls a full disk by its name', async () => {
    const script =
      '#!/bin/sh\ncat >/dev/null\necho "Error writing trailer: No space left on device" >&2\nexit 1\n';
    await writeFile(file('full-disk'), script, { mode: 0o755 });
    const tools = { ...(await findFfmpeg()), ffmpeg: file('full-disk') };
    const options = { sampleRate: 16_000, format: 'mp3' as const, tools };
    await expect(encodeAudio(tone(300, 0.1, 16_000), options, file('full.mp3'))).rejects.toMatchObject({
      code: 'SEA_DISK_FULL',
    });
    await expect(access(file('full.mp3'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('sampleHash', () => {
  it('is the SHA-256 of the samples of a WAV file', async () => {
    const wav = encodeWav(tone(300, 0.3, 16_000), 16_000);
    await writeFile(file('hash.wav'), wav);
    const expected = createHash('sha256').update(wav.subarray(44)).digest('hex');
    expect(await sampleHash(file('hash.wav'))).toBe(expected);
  });

  it('tells MP3 files apart by sound, not by bytes', async () => {
    const make = (name: string, hertz: number) =>
      encodeAudio(tone(hertz, 0.3, 16_000), { sampleRate: 16_000, format: 'mp3' }, file(name));
    await make('x.mp3', 300);
    await make('y.mp3', 301);
    await writeFile(file('z.mp3'), Buffer.concat([await readFile(file('x.mp3')), Buffer.alloc(128, 'TAG')]));
    const [x, y, z] = await Promise.all(['x.mp3', 'y.mp3', 'z.mp3'].map((name) => sampleHash(file(name))));
    expect(x).not.toBe(y);
    expect(x).toBe(z);
  });
});

describe('measureLoudness', () => {
  const sine = (decibels: number, seconds = 2) => tone(997, seconds, 48_000, 10 ** (decibels / 20));

  // ITU-R BS.1770: a 997 Hz sine of 0 dB full scale in one channel measures -3.01 LUFS.
  it.each([-20, -6])('measures a sine of %i dB', async (decibels) => {
    const loudness = await measureLoudness({ samples: sine(decibels), sampleRate: 48_000 });
    expect(loudness.integratedLufs).toBeCloseTo(decibels - 3.01, 0);
    expect(Math.abs(loudness.integratedLufs - (decibels - 3.01))).toBeLessThanOrEqual(0.1);
    expect(Math.abs(loudness.truePeakDb - decibels)).toBeLessThanOrEqual(0.2);
  });

  it('measures what is shorter than its window', async () => {
    const { integratedLufs } = await measureLoudness({ samples: sine(-10, 0.1), sampleRate: 48_000 });
    expect(Math.abs(integratedLufs + 13.01)).toBeLessThan(0.5);
  });

  it('does not count silence', async () => {
    const samples = new Float32Array(6 * 48_000);
    samples.set(sine(-10), 0);
    const { integratedLufs } = await measureLoudness({ samples, sampleRate: 48_000 });
    expect(Math.abs(integratedLufs + 13.01)).toBeLessThan(0.6);
  });

  it('calls silence silence, and refuses nothing', async () => {
    expect(await measureLoudness({ samples: new Float32Array(48_000), sampleRate: 48_000 })).toEqual({
      integratedLufs: -Infinity,
      truePeakDb: -Infinity,
    });
    await expect(measureLoudness({ samples: new Float32Array(0), sampleRate: 48_000 })).rejects.toThrow(
      'no sound',
    );
  });
});
