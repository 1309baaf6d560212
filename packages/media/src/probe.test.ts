import { truncate, writeFile, mkdir, readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from 'vitest';

import { countFrames, probe } from './probe.js';
import { countingSize, countingVideo, ffmpeg, temporaryFolder, tone } from './testing/made-media.js';
import { encodeWav } from './wav.js';

const folder = temporaryFolder();
const file = (name: string) => folder.path(name);

beforeAll(async () => {
  await countingVideo(file('count.mkv'), 30);
  await writeFile(file('tone.wav'), encodeWav(tone(440, 2, 22_050), 22_050));
  await ffmpeg(
    '-i',
    file('count.mkv'),
    '-i',
    file('tone.wav'),
    '-c:v',
    'libx264',
    '-c:a',
    'aac',
    file('both.mp4'),
  );
});

describe('probe', () => {
  it('tells size, rate, codec and length of video and sound', async () => {
    expect(await probe(file('both.mp4'))).toEqual({
      durationSeconds: expect.closeTo(2, 1),
      formatName: expect.stringContaining('mp4'),
      video: {
        codec: 'h264',
        ...countingSize,
        averageRate: 24,
        frames: 30,
        pixelFormat: expect.stringMatching(/^yuv|^gbr/),
      },
      audio: { codec: 'aac', sampleRate: 22_050, channels: 1 },
    });
  });

  it('leaves out what is not there', async () => {
    expect(await probe(file('tone.wav'))).toEqual({
      durationSeconds: 2,
      formatName: 'wav',
      audio: { codec: 'pcm_s16le', sampleRate: 22_050, channels: 1 },
    });
    expect(await probe(file('count.mkv'))).not.toHaveProperty('audio');
  });

  it('does not take a cover picture for a video', async () => {
    await ffmpeg('-i', file('count.mkv'), '-frames:v', '1', file('cover.png'));
    const cover = ['-map', '0', '-map', '1', '-c:v', 'copy', '-disposition:v:0', 'attached_pic'];
    await ffmpeg('-i', file('tone.wav'), '-i', file('cover.png'), ...cover, file('cover.mp3'));
    const info = await probe(file('cover.mp3'));
    expect(info).not.toHaveProperty('video');
    expect(info.audio?.codec).toBe('mp3');
  });

  it('gives the size as shown for a video that asks to be turned', async () => {
    await ffmpeg('-i', file('both.mp4'), '-c', 'copy', '-metadata:s:v:0', 'rotate=90', file('turned.mp4'));
    const { video } = await probe(file('turned.mp4'));
    expect(video).toMatchObject({ width: countingSize.height, height: countingSize.width });
  });

  it('measures the length where the container does not say it', async () => {
    await ffmpeg('-i', file('count.mkv'), '-c:v', 'libx264', '-f', 'h264', file('bare.h264'));
    await ffmpeg('-i', file('count.mkv'), '-c', 'copy', '-f', 'matroska', '-live', '1', file('live.mkv'));
    expect((await probe(file('live.mkv'))).durationSeconds).toBeCloseTo(30 / 24, 1);
    const bare = await probe(file('bare.h264'));
    expect(bare.durationSeconds).toBeCloseTo(30 / (bare.video?.averageRate ?? 0), 3);
  });

  it.each([
    ['is not there', 'none.mp4', undefined, 'there is no such file'],
    ['is empty', 'empty.mp4', '', 'the file is empty (0 bytes)'],
    ['is text', 'text.mp4', 'just a text\n'.repeat(50), 'Cannot read'],
    ['is a picture', 'cover.mp4', undefined, 'neither a video nor a sound file'],
    ['is a playlist', 'list.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nboth.mp4\n', 'Cannot read'],
    [
      'is a list of files',
      'list.ffconcat',
      "ffconcat version 1.0\nfile 'both.mp4'\n",
      'neither a video nor a sound file',
    ],
  ])('refuses what %s', async (_, name, text, message) => {
    if (text !== undefined) await writeFile(file(name), text);
    if (name === 'cover.mp4') await writeFile(file(name), await readFile(file('cover.png')));
    await expect(probe(file(name))).rejects.toMatchObject({
      name: 'MediaError',
      message: expect.stringContaining(message),
    });
  });

  it('refuses a folder, and a name with NUL', async () => {
    await mkdir(file('folder.mp4'));
    await expect(probe(file('folder.mp4'))).rejects.toThrow('not a file');
    await expect(probe('a\0.mp4')).rejects.toMatchObject({ name: 'MediaError' });
  });

  it('refuses an MP4 file whose index was cut off', async () => {
    await writeFile(file('cut.mp4'), await readFile(file('both.mp4')));
    await truncate(file('cut.mp4'), 1200);
    await expect(probe(file('cut.mp4'))).rejects.toMatchObject({
      code: 'SEA_MEDIA_CORRUPT',
      message: expect.stringContaining('moov atom not found'),
    });
  });

  it.each([
    '-i.mp4',
    'concat:a|b.mp4',
    'http:x.mp4',
    'quote \' " $(id) `x`.mp4',
    'new\nline.mp4',
    'a%03d.mp4',
    '😀 ä.mp4',
  ])('takes the file name %j as it is', async (name) => {
    await writeFile(file(name), await readFile(file('both.mp4')));
    const before = process.cwd();
    process.chdir(file('.'));
    try {
      expect((await probe(name)).video?.frames).toBe(30);
    } finally {
      process.chdir(before);
    }
  });

  it('throws the reason of an aborted signal', async () => {
    const reason = new Error('enough');
    await expect(probe(file('both.mp4'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('countFrames', () => {
  it('counts by decoding', async () => {
    expect(await countFrames(file('count.mkv'))).toBe(30);
    await expect(countFrames(file('tone.wav'))).rejects.toMatchObject({ code: 'SEA_MEDIA_NO_STREAM' });
  });
});
