import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { renderings } from '../data/splits.js';
import { renderPixels } from '../world/render.js';
import { concepts } from '../world/concepts.js';
import { tinyLlava } from './models/tiny-llava.js';
import { cachedMedia } from './rendering-cache.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiny-media-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const scenes = renderings('train', { perConcept: 5, seed: 1, of: concepts.slice(0, 10) });
const packing = await tinyLlava.packing('');
const load = () => cachedMedia(packing, scenes, { folder, label: 'test' });

describe('cachedMedia', () => {
  it('gives each scene its own medium, in order', async () => {
    const media = await load();
    expect(media.length).toBe(scenes.length * packing.bytes);
    for (const index of [0, 33, scenes.length - 1]) {
      const medium = media.subarray(index * packing.bytes, (index + 1) * packing.bytes);
      expect(Buffer.compare(Buffer.from(medium), Buffer.from(await renderPixels(scenes[index])))).toBe(0);
    }
  });

  it('reads them from the file the second time, and renders anew where the file was cut short', async () => {
    const media = await load();
    const [file] = await readdir(folder);
    await writeFile(join(folder, file), new Uint8Array(media.length));
    expect((await load()).every((byte) => byte === 0)).toBe(true);
    await truncate(join(folder, file), 100);
    expect(Buffer.compare(Buffer.from(await load()), Buffer.from(media))).toBe(0);
  });

  it('keeps other scenes, and the same scenes drawn otherwise, in other files', async () => {
    await load();
    await cachedMedia(packing, scenes.slice(1), { folder, label: 'test' });
    expect((await readdir(folder)).length).toBe(2);
    const inverted = {
      ...packing,
      pack: async (scene: (typeof scenes)[number]) => (await packing.pack(scene)).map((byte) => 255 - byte),
    };
    await cachedMedia(inverted, scenes, { folder, label: 'test' });
    expect((await readdir(folder)).length).toBe(3);
  });
});

describe('the pixels of a packed picture', () => {
  it('map 0 to -1 and 255 to 1, channel by channel', () => {
    const picture = new Uint8Array(packing.bytes);
    picture.set([255, 0, 51], 3 * 7);
    const { data } = packing.unpack(picture)['pixel_values'];
    expect(data[7]).toBe(1);
    expect(data[1024 + 7]).toBe(-1);
    expect(data[2048 + 7]).toBeCloseTo(-0.6, 6);
  });
});
