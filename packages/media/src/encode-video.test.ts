import { access, readdir, readFile, writeFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { decodeVideo } from './decode-video.js';
import { encodeH264, encodeVideo, type EncodeVideoOptions } from './encode-video.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { frameHashes } from './frame-hashes.js';
import { countFrames, probe } from './probe.js';
import { collect, temporaryFolder } from './testing/made-media.js';

const folder = temporaryFolder();
const file = (name: string) => folder.path(name);

const size = { width: 64, height: 32 };
const grey = (value: number) => new Uint8Array(size.width * size.height).fill(value);
const options: EncodeVideoOptions = { ...size, pixelFormat: 'gray' };

describe('encodeVideo', () => {
  it('holds each picture for its number of frames, at exactly 24 frames a second', async () => {
    const values = [0, 255, 100];
    const out = file('held.mp4');
    expect(await encodeVideo(values.map(grey), { ...options, hold: 17 }, out)).toEqual({
      frames: 51,
      durationSeconds: 51 / 24,
    });
    expect(await probe(out)).toEqual({
      durationSeconds: 51 / 24,
      formatName: expect.stringContaining('mp4'),
      video: {
        codec: 'h264',
        ...size,
        averageRate: 24,
        frames: 51,
        pixelFormat: 'yuv420p',
        sampleAspectRatio: '1:1',
      },
    });
    expect(await countFrames(out)).toBe(51);
    const shown = (await collect(decodeVideo(out))).map(({ data }) => data[300]);
    shown.forEach((value, at) =>
      expect(Math.abs(value - values[Math.floor(at / 17)])).toBeLessThanOrEqual(2),
    );
    expect(new Set(await frameHashes(out)).size).toBeLessThanOrEqual(6);
  });

  it('keeps colours, places and other rates', async () => {
    const picture = new Uint8Array(size.width * size.height * 3);
    // Left half red, right half blue.
    for (let at = 0; at < picture.length; at += 3) picture[(at / 3) % 64 < 32 ? at : at + 2] = 220;
    await encodeVideo(
      [picture],
      { ...size, pixelFormat: 'rgb24', fps: 30, hold: 30, crf: 0 },
      file('red.mp4'),
    );
    expect((await probe(file('red.mp4'))).video).toMatchObject({ averageRate: 30, frames: 30 });
    const [{ data }] = await collect(decodeVideo(file('red.mp4'), { maxFrames: 1 }));
    const pixel = (x: number, y: number) => [...data.subarray((y * 64 + x) * 3, (y * 64 + x) * 3 + 3)];
    const near = (found: number[], wanted: number[]) =>
      found.forEach((value, at) => expect(Math.abs(value - wanted[at])).toBeLessThan(6));
    near(pixel(4, 4), [220, 0, 0]);
    near(pixel(60, 28), [0, 0, 220]);
  });

  it('puts the index first and writes the same bytes again', async () => {
    const make = async (name: string) => {
      await encodeVideo([grey(3), grey(200)], { ...options, hold: 24 }, file(name));
      return readFile(file(name));
    };
    const first = await make('a.mp4');
    expect(first.indexOf('moov')).toBeLessThan(first.indexOf('mdat'));
    expect(first.includes('Lavf')).toBe(false);
    expect(await make('b.mp4')).toEqual(first);
  });

  it('takes pictures as they are made, one at a time', async () => {
    let [made, most] = [0, 0];
    const shared = grey(0);
    async function* pictures() {
      for (let at = 0; at < 40; at++) {
        made++;
        most = Math.max(most, made);
        // The same memory again: it must have been taken over by now.
        shared.fill(at * 6);
        yield shared;
        made--;
      }
    }
    await encodeVideo(pictures(), { ...options, crf: 10 }, file('stream.mp4'));
    expect(most).toBe(1);
    const shown = (await collect(decodeVideo(file('stream.mp4')))).map(({ data }) => data[0]);
    expect(shown).toHaveLength(40);
    shown.forEach((value, at) => expect(Math.abs(value - at * 6)).toBeLessThan(5));
  });

  it.each(['-y.mp4', 'file:x.mp4', 'a b\n"c\'.mp4', '%d.mp4'])(
    'writes to the name %j as it is',
    async (name) => {
      const before = process.cwd();
      process.chdir(file('.'));
      try {
        await encodeVideo([grey(1)], options, name);
        expect(await readdir('.')).toContain(name);
      } finally {
        process.chdir(before);
      }
    },
  );

  it.each<[string, Uint8Array[], Partial<EncodeVideoOptions>, string, string]>([
    ['a picture of another size', [grey(1), new Uint8Array(5)], {}, 'SEA_MEDIA', 'Picture 1 has 5 bytes'],
    ['no picture', [], {}, 'SEA_MEDIA', 'no picture'],
    ['an odd width', [grey(1)], { width: 63 }, 'SEA_CONFIG', 'even number'],
    ['half a frame', [grey(1)], { hold: 0.5 }, 'SEA_CONFIG', 'hold'],
    ['a rate that is not whole', [grey(1)], { fps: 23.976 }, 'SEA_CONFIG', 'fps'],
    ['a quality out of range', [grey(1)], { crf: 52 }, 'SEA_CONFIG', 'crf'],
  ])('refuses %s and leaves nothing behind', async (_, pictures, changed, code, message) => {
    const before = await readdir(file('.'));
    const encoding = encodeVideo(pictures, { ...options, ...changed }, file('refused.mp4'));
    await expect(encoding).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await readdir(file('.'))).toEqual(before);
  });

  it('passes on what the pictures throw, and keeps the old file', async () => {
    await writeFile(file('old.mp4'), 'old');
    async function* pictures() {
      yield grey(1);
      throw new RangeError('no more paint');
    }
    await expect(encodeVideo(pictures(), options, file('old.mp4'))).rejects.toThrow('no more paint');
    expect(await readFile(file('old.mp4'), 'utf8')).toBe('old');
  });

  it('stops when its signal is aborted between two pictures', async () => {
    const stop = new AbortController();
    async function* pictures() {
      yield grey(1);
      stop.abort(new Error('enough'));
      yield grey(2);
    }
    const encoding = encodeVideo(pictures(), { ...options, signal: stop.signal }, file('stopped.mp4'));
    await expect(encoding).rejects.toThrow('enough');
    await expect(access(file('stopped.mp4'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('calls a full disk by its name', async () => {
    const tools = await findFfmpeg();
    const full = file('full-disk');
    await writeFile(
      full,
      '#!/bin/sh\ncat >/dev/null\necho "av_interleaved_write_frame(): No space left on device" >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    const encoding = encodeVideo(
      [grey(1)],
      { ...options, tools: { ...tools, ffmpeg: full } },
      file('full.mp4'),
    );
    await expect(encoding).rejects.toMatchObject({
      name: 'DiskError',
      code: 'SEA_DISK_FULL',
      path: file('full.mp4'),
    });
  });

  it('calls a folder that cannot be by its name', async () => {
    await writeFile(file('plain'), '');
    await expect(encodeVideo([grey(1)], options, file('plain/x.mp4'))).rejects.toMatchObject({
      name: 'DiskError',
    });
  });

  it('notices when ffmpeg dies or makes too few frames', async () => {
    const tools = await findFfmpeg();
    const fake = async (name: string, script: string) => {
      await writeFile(file(name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return { ...options, tools: { ...tools, ffmpeg: file(name) } };
    };
    const dying = await fake('dying', 'kill -9 $$');
    const many = Array.from({ length: 200 }, () => grey(1));
    await expect(encodeVideo(many, dying, file('x.mp4'))).rejects.toThrow('killed by SIGKILL');
    const lazy = await fake(
      'lazy',
      'cat >/dev/null; for last; do :; done; echo x >"${last#file:}"; echo frame=1',
    );
    await expect(encodeVideo(many, lazy, file('x.mp4'))).rejects.toThrow('1 frames instead of 200');
  });
});

describe('encodeH264', () => {
  it('gives the stream that the file holds', async () => {
    const pictures = [grey(10), grey(240)];
    const stream = await encodeH264(pictures, { ...options, hold: 12 });
    expect([...stream.subarray(0, 5)]).toEqual([0, 0, 0, 1, 0x67]);
    await writeFile(file('bare.h264'), stream);
    await encodeVideo(pictures, { ...options, hold: 12 }, file('same.mp4'));
    expect(await frameHashes(file('bare.h264'))).toEqual(await frameHashes(file('same.mp4')));
  });
});
