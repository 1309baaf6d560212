import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { findFfmpeg } from './find-ffmpeg.js';
import { frameHashes } from './frame-hashes.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-frame-hashes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Planes of one grey 16x8 frame: Y of every pixel, then U and V of every fourth. */
const greyFrame = (luma: number) => Buffer.concat([Buffer.alloc(128, luma), Buffer.alloc(64, 128)]);

it('is the SHA-256 of the planes of each frame, in order', async () => {
  const { ffmpeg } = await findFfmpeg();
  const frames = [16, 90, 235].map(greyFrame);
  await writeFile(join(folder, 'raw.yuv'), Buffer.concat(frames));
  const lossless = ['-c:v', 'ffv1', '-pix_fmt', 'yuv420p', '-bitexact'];
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '16x8', '-r', '24'];
  execFileSync(ffmpeg, [
    '-v',
    'error',
    ...raw,
    '-i',
    join(folder, 'raw.yuv'),
    ...lossless,
    join(folder, 'a.mkv'),
  ]);
  expect(await frameHashes(join(folder, 'a.mkv'))).toEqual(
    frames.map((frame) => createHash('sha256').update(frame).digest('hex')),
  );
});

it('refuses what is no video', async () => {
  await writeFile(join(folder, 'text.mp4'), 'no video at all');
  await expect(frameHashes(join(folder, 'text.mp4'))).rejects.toMatchObject({ code: 'SEA_MEDIA_CORRUPT' });
});
