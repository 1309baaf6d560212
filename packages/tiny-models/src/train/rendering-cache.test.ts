import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { renderings } from '../data/splits.js';
import { renderPixels } from '../world/render.js';
import { concepts } from '../world/concepts.js';
import { cachedPictures, normalisedPixels, pictureBytes } from './rendering-cache.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiny-pictures-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const scenes = renderings('train', { perConcept: 5, seed: 1, of: concepts.slice(0, 10) });
const load = () => cachedPictures(scenes, { folder, label: 'test' });

describe('cachedPictures', () => {
  it('gives each scene its own picture, in order', async () => {
    const pictures = await load();
    expect(pictures.length).toBe(scenes.length * pictureBytes);
    for (const index of [0, 33, scenes.length - 1]) {
      const picture = pictures.subarray(index * pictureBytes, (index + 1) * pictureBytes);
      expect(Buffer.compare(Buffer.from(picture), Buffer.from(await renderPixels(scenes[index])))).toBe(0);
    }
  });

  it('reads them from the file the second time, and renders anew where the file was cut short', async () => {
    const pictures = await load();
    const [file] = await readdir(folder);
    await writeFile(join(folder, file), new Uint8Array(pictures.length));
    expect((await load()).every((byte) => byte === 0)).toBe(true);
    await truncate(join(folder, file), 100);
    expect(Buffer.compare(Buffer.from(await load()), Buffer.from(pictures))).toBe(0);
  });

  it('keeps other scenes in another file', async () => {
    await load();
    await cachedPictures(scenes.slice(1), { folder, label: 'test' });
    expect((await readdir(folder)).length).toBe(2);
  });
});

describe('normalisedPixels', () => {
  it('maps 0 to -1 and 255 to 1, channel by channel', () => {
    const pictures = new Uint8Array(2 * pictureBytes);
    pictures.set([255, 0, 51], pictureBytes + 3 * 7);
    const values = new Float32Array(pictureBytes + 4);
    normalisedPixels(pictures, 1, values, 4);
    expect(values[4 + 7]).toBe(1);
    expect(values[4 + 1024 + 7]).toBe(-1);
    expect(values[4 + 2048 + 7]).toBeCloseTo(-0.6, 6);
  });
});
