import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll } from 'vitest';

import { findFfmpeg } from '../find-ffmpeg.js';

const run = promisify(execFile);

/** A folder for a test file, removed afterwards. Call at the top of the file, use `path` within tests. */
export function temporaryFolder(): { path(name: string): string } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sea-media-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return { path: (name) => join(folder, name) };
}

/** Runs the ffmpeg found, plainly; `args` end with the output. */
export async function ffmpeg(...args: string[]): Promise<void> {
  const tools = await findFfmpeg();
  await run(tools.ffmpeg, ['-v', 'error', '-nostdin', '-y', ...args]);
}

/** Width and height of the videos of `countingVideo`. */
export const countingSize = { width: 32, height: 16 };

/** The grey value that frame `index` of a counting video has all over. */
export function greyOf(index: number): number {
  return (index * 37) % 256;
}

/** A lossless RGB video in which every frame's colour tells its index. */
export async function countingVideo(path: string, frames: number, rate = 24): Promise<void> {
  const { width, height } = countingSize;
  const raw = Buffer.concat(
    Array.from({ length: frames }, (_, index) => Buffer.alloc(width * height * 3, greyOf(index))),
  );
  await writeFile(`${path}.raw`, raw);
  const source = ['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', `${width}x${height}`];
  await ffmpeg(
    ...source,
    '-framerate',
    String(rate),
    '-i',
    `${path}.raw`,
    '-c:v',
    'ffv1',
    '-pix_fmt',
    'bgr0',
    path,
  );
  await rm(`${path}.raw`);
}

/** A tone of one channel in [-1, 1]. */
export function tone(hertz: number, seconds: number, sampleRate: number, level = 0.5): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, at) => level * Math.sin((2 * Math.PI * hertz * at) / sampleRate),
  );
}

/** Collects what an async iteration yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
