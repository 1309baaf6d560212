import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeVideo, frameHashes, probe } from '@sea-align/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startStandIn, videoReply, type Reply } from '../testing/stand-in-server.js';
import { createHttpTextToVideo } from '../text-to-video/http-text-to-video.js';
import { dmTypoClip } from './dm-typo-clip.js';
import { dmClip, type DmProvenance } from './dm-clip.js';

let folder = '';
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-dm-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Grey pictures that get brighter, as a server would send them. */
async function video(width: number, height: number, fps: number, frames: number): Promise<Buffer> {
  const pictures = Array.from({ length: Math.min(frames, 4) }, (_, at) =>
    new Uint8Array(width * height).fill(60 * at),
  );
  const hold = frames / pictures.length;
  const out = file('source.mp4');
  await encodeVideo(pictures, { width, height, fps, hold, pixelFormat: 'gray' }, out);
  return readFile(out);
}

/** What becomes of a server's answer. */
async function clipOf(reply: Reply): Promise<DmProvenance> {
  const server = await startStandIn(() => reply);
  try {
    const textToVideo = createHttpTextToVideo({ url: server.url, retries: 0, requestTimeoutMs: 3000 });
    return await dmClip({ textToVideo, prompt: 'a kite', seed: 1 }, file('dm.mp4'));
  } finally {
    await server.close();
  }
}

describe('dmClip and the videos of servers', () => {
  it.each<[string, [number, number, number, number], Partial<DmProvenance['normalised']>]>([
    ['3 seconds', [640, 384, 24, 72], { paddedFrames: 48, cutSeconds: 0, resized: false }],
    ['4K', [3840, 2160, 24, 24], { paddedFrames: 96, resized: true }],
    [
      '8 seconds, upright, 12 frames a second',
      [320, 640, 12, 96],
      { paddedFrames: 0, cutSeconds: 3, resized: true },
    ],
  ])('makes 120 frames of 640x384 of a video of %s, and says what was done', async (_name, shape, done) => {
    const made = await clipOf(videoReply(await video(...shape)));
    expect(made).toMatchObject({ standIn: false, normalised: { frames: 120, ...done } });
    expect(await probe(file('dm.mp4'))).toMatchObject({
      durationSeconds: 5,
      video: { codec: 'h264', width: 640, height: 384, averageRate: 24, frames: 120, pixelFormat: 'yuv420p' },
    });
    expect(await frameHashes(file('dm.mp4'))).toHaveLength(120);
  });

  it('refuses what is cut off, corrupt or none, and leaves nothing behind', async () => {
    const whole = await video(640, 384, 24, 120);
    const corrupt = Buffer.from(whole);
    corrupt.fill(0xa5, Math.floor(whole.length / 2));
    const sound = Buffer.from('RIFF....WAVEfmt ');
    await rm(file('dm.mp4'), { force: true });
    for (const body of [whole.subarray(0, whole.length - 200), corrupt, sound, whole.subarray(0, 40)]) {
      await expect(clipOf(videoReply(body))).rejects.toMatchObject({ name: 'MediaError' });
    }
    await writeFile(file('keep'), '');
    expect((await readdir(folder)).sort()).toEqual(['keep', 'source.mp4']);
  });
});

describe('dmTypoClip', () => {
  it('refuses a clip that is coded otherwise, or is none', async () => {
    const coding = { width: 640, height: 384, hold: 120, pixelFormat: 'gray', preset: 'ultrafast' } as const;
    await encodeVideo([new Uint8Array(640 * 384)], coding, file('other.mp4'));
    await expect(dmTypoClip(file('other.mp4'), 'a kite', {}, file('x.mp4'))).rejects.toMatchObject({
      code: 'SEA_MEDIA_MISMATCH',
    });
    await expect(dmTypoClip(file('gone.mp4'), 'a kite', {}, file('x.mp4'))).rejects.toThrow(
      /gone.mp4.*ENOENT/,
    );
    await writeFile(file('text.mp4'), 'no video at all');
    await expect(dmTypoClip(file('text.mp4'), 'a kite', {}, file('x.mp4'))).rejects.toThrow(/not an MP4/);
    expect((await readdir(folder)).filter((name) => name.startsWith('x'))).toEqual([]);
  });
});
