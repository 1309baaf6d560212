import { readFile, writeFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from 'vitest';

import { decodeVideo, sampleFrames, type RawFrame } from './decode-video.js';
import { findFfmpeg } from './find-ffmpeg.js';
import {
  collect,
  countingSize,
  countingVideo,
  ffmpeg,
  greyOf,
  temporaryFolder,
} from './testing/made-media.js';

const folder = temporaryFolder();
const file = (name: string) => folder.path(name);
const { width, height } = countingSize;

/** The one value that all bytes of a frame have, NaN if they differ. */
function only({ data }: RawFrame): number {
  return data.every((value) => value === data[0]) ? data[0] : NaN;
}

const greys = (...indices: number[]) => indices.map(greyOf);

beforeAll(() => countingVideo(file('count.mkv'), 50));

describe('decodeVideo', () => {
  it('yields every frame once, in order, byte for byte', async () => {
    const frames = await collect(decodeVideo(file('count.mkv')));
    expect(frames.map(only)).toEqual(greys(...Array(50).keys()));
    expect(frames[7]).toMatchObject({ width, height });
    expect(frames[7].data).toHaveLength(width * height * 3);
  });

  it('keeps red, green and blue, rows and columns apart', async () => {
    const picture = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30]);
    await writeFile(file('four.raw'), picture);
    const source = ['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', '2x2', '-i', file('four.raw')];
    await ffmpeg(...source, '-c:v', 'ffv1', '-pix_fmt', 'bgr0', file('four.mkv'));
    const [frame] = await collect(decodeVideo(file('four.mkv')));
    expect(Buffer.from(frame.data)).toEqual(picture);
  });

  it('hands out frames that stay as they are', async () => {
    const kept: RawFrame[] = [];
    for await (const frame of decodeVideo(file('count.mkv'), { maxFrames: 3 })) kept.push(frame);
    expect(kept.map(only)).toEqual(greys(0, 1, 2));
  });

  it('resamples to a rate: 24 frames a second at 8 are every third', async () => {
    const frames = await collect(decodeVideo(file('count.mkv'), { fps: 8, maxFrames: 10 }));
    const values = frames.map(only);
    // ffmpeg rounds to the nearest: each result is within one frame of the exact place.
    values.forEach((value, at) => expect(greys(3 * at - 1, 3 * at, 3 * at + 1)).toContain(value));
    expect(values).toHaveLength(10);
  });

  it('scales', async () => {
    const [frame] = await collect(
      decodeVideo(file('count.mkv'), { scaleTo: { width: 10, height: 6 }, maxFrames: 1 }),
    );
    expect(frame).toMatchObject({ width: 10, height: 6 });
    expect(frame.data).toHaveLength(180);
  });

  it('keeps to the first size where the stream changes its size', async () => {
    await ffmpeg('-f', 'lavfi', '-i', 'color=red:size=64x48:rate=24:duration=0.5', file('small.h264'));
    await ffmpeg('-f', 'lavfi', '-i', 'color=red:size=96x32:rate=24:duration=0.5', file('wide.h264'));
    await writeFile(
      file('both.h264'),
      Buffer.concat([await readFile(file('small.h264')), await readFile(file('wide.h264'))]),
    );
    const frames = await collect(decodeVideo(file('both.h264')));
    expect(frames.length).toBeGreaterThan(12);
    for (const { data } of frames)
      expect([data.length, data[0] > 200, data[1] < 60]).toEqual([64 * 48 * 3, true, true]);
  });

  it('ends ffmpeg when the reader stops early', async () => {
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=640x360:rate=24:duration=20',
      '-preset',
      'ultrafast',
      file('long.mp4'),
    );
    let pid: string | undefined;
    for await (const _frame of decodeVideo(file('long.mp4'))) {
      pid = await childOf('long.mp4');
      break;
    }
    expect(pid).toBeDefined();
    expect(await childOf('long.mp4')).toBeUndefined();
  });

  it('stops when its signal is aborted', async () => {
    const stop = new AbortController();
    let seen = 0;
    const reading = (async () => {
      for await (const _frame of decodeVideo(file('long.mp4'), { signal: stop.signal })) {
        if (++seen === 3) stop.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(seen).toBeLessThan(20);
    expect(await childOf('long.mp4')).toBeUndefined();
  });

  it.each([
    ['a sound', 'tone.wav', 'SEA_MEDIA_NO_STREAM'],
    ['text', 'text.mp4', 'SEA_MEDIA_CORRUPT'],
    ['an empty file', 'empty.mp4', 'SEA_MEDIA_EMPTY'],
  ])('refuses %s', async (_, name, code) => {
    await writeFile(file('text.mp4'), 'no video');
    await writeFile(file('empty.mp4'), '');
    await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=0.2', file('tone.wav'));
    await expect(collect(decodeVideo(file(name)))).rejects.toMatchObject({ name: 'MediaError', code });
  });

  it('gives the good frames of a file that was cut short, then the error', async () => {
    await ffmpeg(
      '-i',
      file('count.mkv'),
      '-c:v',
      'libx264',
      '-movflags',
      '+faststart',
      '-crf',
      '0',
      file('whole.mp4'),
    );
    const bytes = await readFile(file('whole.mp4'));
    await writeFile(file('cut.mp4'), bytes.subarray(0, bytes.length - 1500));
    const seen: RawFrame[] = [];
    const reading = (async () => {
      for await (const frame of decodeVideo(file('cut.mp4'))) seen.push(frame);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'SEA_MEDIA_CORRUPT' });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThan(50);
  });

  it('refuses frames that are too large, unless they are scaled', async () => {
    const options = { maxPixels: width * height - 1 };
    await expect(collect(decodeVideo(file('count.mkv'), options))).rejects.toMatchObject({
      code: 'SEA_MEDIA_TOO_LARGE',
      message: expect.stringContaining('32x16'),
    });
    const scaled = decodeVideo(file('count.mkv'), {
      ...options,
      scaleTo: { width: 8, height: 8 },
      maxFrames: 1,
    });
    expect(await collect(scaled)).toHaveLength(1);
  });

  it.each([{ fps: 0 }, { fps: NaN }, { maxFrames: -1 }, { scaleTo: { width: 0, height: 4 } }])(
    'refuses %o',
    async (options) => {
      await expect(collect(decodeVideo(file('count.mkv'), options))).rejects.toMatchObject({
        code: 'SEA_CONFIG',
      });
    },
  );
});

describe('sampleFrames', () => {
  it('yields exactly the frames asked for', async () => {
    const indices = [0, 3, 4, 5, 11, 30, 49];
    expect((await collect(sampleFrames(file('count.mkv'), indices))).map(only)).toEqual(greys(...indices));
  });

  it('repeats a frame that is asked for twice', async () => {
    const indices = [2, 2, 2, 9, 9];
    expect((await collect(sampleFrames(file('count.mkv'), indices))).map(only)).toEqual(greys(...indices));
  });

  it('takes hundreds of indices, and none', async () => {
    await countingVideo(file('many.mkv'), 1500);
    const indices = Array.from({ length: 768 }, (_, at) => Math.floor((at * 1499) / 767));
    expect((await collect(sampleFrames(file('many.mkv'), indices))).map(only)).toEqual(greys(...indices));
    expect(await collect(sampleFrames(file('many.mkv'), []))).toEqual([]);
  });

  it('counts frames in the order in which they are shown, also where they are coded in another', async () => {
    const coding = ['-c:v', 'libx264rgb', '-bf', '3', '-b_strategy', '0', '-crf', '0'];
    await ffmpeg('-i', file('count.mkv'), ...coding, file('b-frames.mp4'));
    const indices = [1, 2, 17, 48];
    expect((await collect(sampleFrames(file('b-frames.mp4'), indices))).map(only)).toEqual(greys(...indices));
  });

  it('says which frame is missing', async () => {
    const seen: RawFrame[] = [];
    const reading = (async () => {
      for await (const frame of sampleFrames(file('count.mkv'), [48, 49, 50, 60])) seen.push(frame);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'SEA_MEDIA_TOO_SHORT',
      message: expect.stringContaining('ends before frame 50'),
    });
    expect(seen).toHaveLength(2);
  });

  it.each([[[3, 1]], [[-1]], [[0.5]], [[NaN]]])('refuses the indices %j', async (indices) => {
    await expect(collect(sampleFrames(file('count.mkv'), indices))).rejects.toMatchObject({
      code: 'SEA_CONFIG',
    });
  });
});

/** The process id of an ffmpeg of ours that has this file open, by /proc. */
async function childOf(name: string): Promise<string | undefined> {
  const { readdir } = await import('node:fs/promises');
  const { ffmpeg: tool } = await findFfmpeg();
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.startsWith(tool) && command.includes(file(name))) return pid;
  }
  return undefined;
}
