import { copyFile, readdir, writeFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from 'vitest';

import { concatCopy } from './concat-copy.js';
import { decodeVideo } from './decode-video.js';
import { encodeVideo } from './encode-video.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { frameHashes } from './frame-hashes.js';
import { normaliseVideo } from './normalise-video.js';
import { countFrames, probe } from './probe.js';
import { collect, ffmpeg, temporaryFolder } from './testing/made-media.js';

const folder = temporaryFolder();
const file = (name: string) => folder.path(name);

const spec = { width: 64, height: 48, frames: 48 };
const grey = (value: number) => new Uint8Array(spec.width * spec.height).fill(value);
const test = (size: string, rate: number, seconds: number) => [
  ...['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=${rate}:duration=${seconds}`, '-pix_fmt', 'yuv420p'],
];

beforeAll(async () => {
  await ffmpeg(...test('128x96', 24, 3), file('long.mp4'));
  await ffmpeg(...test('128x96', 24, 1), file('short.mp4'));
  await encodeVideo([grey(0), grey(200)], { ...spec, pixelFormat: 'gray', hold: 36 }, file('words.mp4'));
});

describe('normaliseVideo', () => {
  it('cuts a long video', async () => {
    expect(await normaliseVideo(file('long.mp4'), spec, file('n.mp4'))).toMatchObject({
      frames: 48,
      durationSeconds: 2,
      paddedFrames: 0,
      cutSeconds: 1,
      resized: true,
      source: { width: 128, height: 96, durationSeconds: 3 },
    });
    expect(await probe(file('n.mp4'))).toEqual({
      durationSeconds: 2,
      formatName: expect.stringContaining('mp4'),
      video: {
        codec: 'h264',
        width: 64,
        height: 48,
        averageRate: 24,
        frames: 48,
        pixelFormat: 'yuv420p',
        sampleAspectRatio: '1:1',
      },
    });
  });

  it('holds the last frame of a short one and says for how long', async () => {
    const done = await normaliseVideo(file('short.mp4'), { ...spec, crf: 0 }, file('n.mp4'));
    expect(done).toMatchObject({ frames: 48, paddedFrames: 24, cutSeconds: 0 });
    const hashes = await frameHashes(file('n.mp4'));
    expect(hashes).toHaveLength(48);
    expect(new Set(hashes.slice(23)).size).toBe(1);
    expect(new Set(hashes.slice(0, 24)).size).toBeGreaterThan(10);
  });

  it('leaves frames as they were where nothing needs to change', async () => {
    await ffmpeg('-i', file('long.mp4'), '-vf', 'scale=64:48', '-c:v', 'ffv1', file('right.mkv'));
    const done = await normaliseVideo(file('right.mkv'), { ...spec, frames: 72, crf: 0 }, file('n.mp4'));
    expect(done).toMatchObject({ paddedFrames: 0, cutSeconds: 0, resized: false });
    expect(await frameHashes(file('n.mp4'))).toEqual(await frameHashes(file('right.mkv')));
  });

  it('keeps the middle of a wider picture, undistorted', async () => {
    // A white square of 32x32 in the middle of 192x48 black.
    const box = 'drawbox=x=80:y=8:w=32:h=32:color=white:t=fill';
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      `color=black:size=192x48:rate=24:duration=1,${box}`,
      '-crf',
      '0',
      file('wide.mp4'),
    );
    await normaliseVideo(file('wide.mp4'), { ...spec, frames: 24 }, file('n.mp4'));
    const [{ data }] = await collect(decodeVideo(file('n.mp4'), { maxFrames: 1 }));
    const bright = Array.from({ length: 64 * 48 }, (_, at) => at).filter((at) => data[at * 3] > 128);
    const [xs, ys] = [bright.map((at) => at % 64), bright.map((at) => Math.floor(at / 64))];
    const range = (values: number[]) => [Math.min(...values), Math.max(...values)];
    expect([range(xs), range(ys)]).toEqual([
      [16, 47],
      [8, 39],
    ]);
  });

  it('makes pixels square', async () => {
    // 32x48 pixels, each twice as wide as high: a picture of 64x48.
    await ffmpeg(...test('32x48', 24, 1), '-vf', 'setsar=2', file('narrow.mp4'));
    const done = await normaliseVideo(file('narrow.mp4'), { ...spec, frames: 24, crf: 0 }, file('n.mp4'));
    expect(done.resized).toBe(true);
    await ffmpeg('-i', file('narrow.mp4'), '-vf', 'scale=64:48', '-c:v', 'ffv1', file('expected.mkv'));
    const [[found], [wanted]] = await Promise.all(
      ['n.mp4', 'expected.mkv'].map((name) => collect(decodeVideo(file(name), { maxFrames: 1 }))),
    );
    const difference = found.data.reduce((sum, value, at) => sum + Math.abs(value - wanted.data[at]), 0);
    expect(difference / found.data.length).toBeLessThan(3);
  });

  it('drops sound and other rates', async () => {
    await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=2', ...test('96x96', 60, 2), file('sixty.mp4'));
    await normaliseVideo(file('sixty.mp4'), spec, file('n.mp4'));
    expect(await probe(file('n.mp4'))).not.toHaveProperty('audio');
    expect(await countFrames(file('n.mp4'))).toBe(48);
  });

  it('brings a 4K video down', async () => {
    await ffmpeg(...test('3840x2160', 24, 0.25), '-preset', 'ultrafast', file('4k.mp4'));
    const done = await normaliseVideo(file('4k.mp4'), { ...spec, frames: 6 }, file('n.mp4'));
    expect(done).toMatchObject({ frames: 6, source: { width: 3840, height: 2160 } });
    const small = { ...spec, maxPixels: 1920 * 1080 };
    await expect(normaliseVideo(file('4k.mp4'), small, file('n.mp4'))).rejects.toMatchObject({
      code: 'SEA_MEDIA_TOO_LARGE',
    });
  });

  it('refuses what is damaged or no video, and leaves nothing behind', async () => {
    await writeFile(file('page.mp4'), '<html>busy</html>');
    await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', file('sound.wav'));
    const before = await readdir(file('.'));
    for (const [name, code] of [
      ['page.mp4', 'SEA_MEDIA_CORRUPT'],
      ['sound.wav', 'SEA_MEDIA_NO_STREAM'],
    ]) {
      await expect(normaliseVideo(file(name), spec, file('refused.mp4'))).rejects.toMatchObject({ code });
    }
    await expect(
      normaliseVideo(file('long.mp4'), { ...spec, frames: 0 }, file('refused.mp4')),
    ).rejects.toMatchObject({ code: 'SEA_CONFIG' });
    expect(await readdir(file('.'))).toEqual(before);
  });

  it('stops when its signal is aborted', async () => {
    const before = await readdir(file('.'));
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 50);
    const options = { ...spec, frames: 3000, preset: 'slow' as const, signal: stop.signal };
    await expect(normaliseVideo(file('long.mp4'), options, file('stopped.mp4'))).rejects.toThrow('enough');
    expect(await readdir(file('.'))).toEqual(before);
  });

  it('calls a full disk by its name', async () => {
    const tools = await findFfmpeg();
    const script = [
      '#!/bin/sh',
      `case "$*" in *-formats*|*-encoders*) exec ${tools.ffmpeg} "$@" ;; esac`,
      'echo "Error writing trailer: No space left on device" >&2; exit 1',
    ];
    await writeFile(file('full-disk'), script.join('\n'), { mode: 0o755 });
    const options = { ...spec, tools: { ...tools, ffmpeg: file('full-disk') } };
    await expect(normaliseVideo(file('long.mp4'), options, file('full.mp4'))).rejects.toMatchObject({
      code: 'SEA_DISK_FULL',
    });
  });
});

describe('concatCopy', () => {
  it('joins without changing a frame: 24 frames a second, all lengths added', async () => {
    await normaliseVideo(file('long.mp4'), spec, file('scene.mp4'));
    const parts = ['scene.mp4', 'words.mp4', 'words.mp4', 'scene.mp4'];
    const done = await concatCopy(parts.map(file), file('joined.mp4'), { frames: 48 + 72 + 72 + 48 });
    expect(done).toEqual({ frames: 240, durationSeconds: 10 });
    const hashes = await Promise.all(parts.map((name) => frameHashes(file(name))));
    expect(await frameHashes(file('joined.mp4'))).toEqual(hashes.flat());
    expect((await probe(file('joined.mp4'))).durationSeconds).toBe(10);
    expect((await probe(file('joined.mp4'))).video).toMatchObject({ averageRate: 24, frames: 240 });
  });

  it('counts the frames itself if nobody says', async () => {
    expect((await concatCopy([file('words.mp4'), file('words.mp4')], file('j.mp4'))).frames).toBe(144);
  });

  it('takes hostile names as they are', async () => {
    const names = ["it's 'quoted'.mp4", '-safe 0.mp4', 'a\\b #c.mp4', "x'\\''.mp4"];
    for (const name of names) await copyFile(file('words.mp4'), file(name));
    expect((await concatCopy(names.map(file), file("out's.mp4"))).frames).toBe(288);
    await copyFile(file('words.mp4'), file('a\nfile etc.mp4'));
    await expect(concatCopy([file('a\nfile etc.mp4')], file('j.mp4'))).rejects.toThrow('line break');
  });

  it('refuses parts that do not fit each other, and leaves nothing behind', async () => {
    await ffmpeg(...test('64x48', 30, 1), file('thirty.mp4'));
    await writeFile(file('page.mp4'), '<html>busy</html>');
    const before = await readdir(file('.'));
    const join = (...names: string[]) => concatCopy(names.map(file), file('misfit.mp4'));
    await expect(join('words.mp4', 'thirty.mp4')).rejects.toMatchObject({ code: 'SEA_MEDIA_MISMATCH' });
    await expect(join('words.mp4', 'page.mp4')).rejects.toMatchObject({ name: 'MediaError' });
    await expect(join('words.mp4', 'none.mp4')).rejects.toThrow('none.mp4');
    await expect(join()).rejects.toThrow('nothing to join');
    await expect(concatCopy([file('words.mp4')], file('misfit.mp4'), { frames: 71 })).rejects.toThrow(
      '72 frames instead of 71',
    );
    expect(await readdir(file('.'))).toEqual(before);
  });

  it('refuses parts of another size', async () => {
    const other = { width: 32, height: 32, pixelFormat: 'gray' as const, hold: 24 };
    await encodeVideo([new Uint8Array(1024)], other, file('other.mp4'));
    await expect(concatCopy([file('words.mp4'), file('other.mp4')], file('j.mp4'))).rejects.toMatchObject({
      code: 'SEA_MEDIA_MISMATCH',
    });
  });
});
