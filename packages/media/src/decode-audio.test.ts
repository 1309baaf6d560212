import { readFile, stat, truncate, writeFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from 'vitest';

import { decodeAudio } from './decode-audio.js';
import { countingVideo, ffmpeg, temporaryFolder, tone } from './testing/made-media.js';
import { encodeWav } from './wav.js';

const folder = temporaryFolder();
const file = (name: string) => folder.path(name);

/** Amplitude of a frequency in samples, by projecting on sine and cosine; 20 ms at both ends are left out. */
function amplitude(samples: Float32Array, hertz: number, sampleRate: number): number {
  const margin = Math.round(0.02 * sampleRate);
  const inner = samples.subarray(margin, samples.length - margin);
  let [sine, cosine] = [0, 0];
  inner.forEach((sample, at) => {
    const phase = (2 * Math.PI * hertz * at) / sampleRate;
    sine += sample * Math.sin(phase);
    cosine += sample * Math.cos(phase);
  });
  return (2 * Math.hypot(sine, cosine)) / inner.length;
}

beforeAll(async () => {
  await writeFile(file('tone.wav'), encodeWav(tone(1000, 1, 44_100), 44_100));
});

describe('decodeAudio', () => {
  it('gives 16-bit sound of the same rate exactly', async () => {
    const samples = Float32Array.from(
      { length: 4000 },
      (_, at) => (((at * 7919) % 65_536) - 32_768) / 32_768,
    );
    await writeFile(file('exact.wav'), encodeWav(samples, 16_000));
    expect(await decodeAudio(file('exact.wav'), { sampleRate: 16_000 })).toEqual(samples);
  });

  it.each([8000, 16_000, 48_000])('resamples a tone to %i Hz', async (sampleRate) => {
    const samples = await decodeAudio(file('tone.wav'), { sampleRate });
    expect(Math.abs(samples.length - sampleRate)).toBeLessThanOrEqual(1);
    expect(amplitude(samples, 1000, sampleRate)).toBeCloseTo(0.5, 2);
  });

  it('lets nothing through that the rate cannot hold', async () => {
    await writeFile(file('high.wav'), encodeWav(tone(10_000, 1, 44_100), 44_100));
    const samples = await decodeAudio(file('high.wav'), { sampleRate: 16_000 });
    // 10 kHz would come back as 6 kHz.
    expect(amplitude(samples, 6000, 16_000)).toBeLessThan(0.001);
  });

  it('mixes channels to their mean', async () => {
    const [left, right] = [file('left.wav'), file('right.wav')];
    await writeFile(left, encodeWav(tone(500, 0.5, 16_000, 0.8), 16_000));
    await writeFile(right, encodeWav(tone(2000, 0.5, 16_000, 0.2), 16_000));
    const join = ['-filter_complex', '[0][1]amerge=inputs=2', '-ac', '2', '-c:a', 'pcm_s16le'];
    await ffmpeg('-i', left, '-i', right, ...join, file('stereo.wav'));
    const samples = await decodeAudio(file('stereo.wav'), { sampleRate: 16_000 });
    expect(amplitude(samples, 500, 16_000)).toBeCloseTo(0.4, 2);
    expect(amplitude(samples, 2000, 16_000)).toBeCloseTo(0.1, 2);
  });

  it.each(['mp3', 'm4a', 'ogg', 'opus', 'flac', 'webm'])('reads %s', async (format) => {
    const coding = format === 'ogg' ? ['-c:a', 'libvorbis'] : [];
    await ffmpeg('-i', file('tone.wav'), ...coding, file(`tone.${format}`));
    const samples = await decodeAudio(file(`tone.${format}`), { sampleRate: 16_000 });
    expect(Math.abs(samples.length / 16_000 - 1)).toBeLessThan(0.06);
    expect(amplitude(samples, 1000, 16_000)).toBeGreaterThan(0.46);
  });

  it('takes the sound of a video', async () => {
    await countingVideo(file('count.mkv'), 24);
    await ffmpeg(
      '-i',
      file('count.mkv'),
      '-i',
      file('tone.wav'),
      '-c:v',
      'copy',
      '-c:a',
      'flac',
      file('film.mkv'),
    );
    expect(await decodeAudio(file('film.mkv'), { sampleRate: 44_100 })).toHaveLength(44_100);
    await expect(decodeAudio(file('count.mkv'), { sampleRate: 16_000 })).rejects.toMatchObject({
      code: 'SEA_MEDIA_NO_STREAM',
      message: expect.stringContaining('no audio stream'),
    });
  });

  it('reads no more than the seconds wanted of ten hours', async () => {
    // 1.15 GB of silence that takes no place on disk: a header, then a hole.
    const path = file('hours.wav');
    const header = Buffer.from(encodeWav(new Float32Array(0), 16_000));
    const bytes = 36_000 * 16_000 * 2;
    header.writeUInt32LE(36 + bytes, 4);
    header.writeUInt32LE(bytes, 40);
    await writeFile(path, header);
    await truncate(path, 44 + bytes);
    expect((await stat(path)).size).toBe(44 + bytes);
    const before = process.memoryUsage().rss;
    expect(await decodeAudio(path, { sampleRate: 16_000, maxSeconds: 30 })).toHaveLength(480_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  });

  it.each([
    ['a text', 'text.mp3', 'SEA_MEDIA_CORRUPT'],
    ['an empty file', 'empty.mp3', 'SEA_MEDIA_EMPTY'],
    ['an M4A file without its end', 'cut.m4a', 'SEA_MEDIA_CORRUPT'],
    ['an M4A file with zeros inside', 'holes.m4a', 'SEA_MEDIA_CORRUPT'],
    ['sound without samples', 'none.wav', 'SEA_MEDIA'],
  ])('refuses %s', async (_, name, code) => {
    await writeFile(file('text.mp3'), 'no sound '.repeat(100));
    await writeFile(file('empty.mp3'), '');
    await writeFile(file('long.wav'), encodeWav(tone(1000, 10, 16_000), 16_000));
    await ffmpeg('-i', file('long.wav'), '-movflags', '+faststart', file('long.m4a'));
    const bytes = await readFile(file('long.m4a'));
    await writeFile(file('cut.m4a'), bytes.subarray(0, Math.floor(bytes.length / 2)));
    await writeFile(file('holes.m4a'), Buffer.from(bytes).fill(0, Math.floor(bytes.length / 3)));
    await writeFile(file('none.wav'), encodeWav(new Float32Array(0), 16_000));
    const error: unknown = await decodeAudio(file(name), { sampleRate: 16_000 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: 'MediaError', code: expect.stringContaining(code) });
  });

  it('stops when its signal is aborted', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 60);
    const reading = decodeAudio(file('hours.wav'), {
      sampleRate: 16_001,
      maxSeconds: 36_000,
      signal: stop.signal,
    });
    await expect(reading).rejects.toThrow('enough');
  });

  it.each([{ sampleRate: 0 }, { sampleRate: 16_000.5 }, { sampleRate: 16_000, maxSeconds: 0 }])(
    'refuses %o',
    async (options) => {
      await expect(decodeAudio(file('tone.wav'), options)).rejects.toMatchObject({ code: 'SEA_CONFIG' });
    },
  );
});
