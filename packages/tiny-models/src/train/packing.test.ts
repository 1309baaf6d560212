import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { renderings } from '../data/splits.js';
import { conceptById, concepts } from '../world/concepts.js';
import { toyModalities, type ToyModality } from '../world/modality.js';
import { configOf, writeSettings } from './checkpoint-folder.js';
import { mediaFeeds, mediumAt } from './rendering-cache.js';
import { tinyModels } from './tiny-models.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiny-packing-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function compare<M extends ToyModality>(modality: M): Promise<void> {
  const tiny = tinyModels[modality];
  const settings = join(folder, modality);
  await writeSettings(tiny, settings);
  const packing = await tiny.packing(settings);
  const processor = await tiny.family.loadProcessor(settings, configOf(tiny), modality);
  const of = [conceptById('pushing-a-boulder'), conceptById('sword'), concepts[0]];
  const scenes = renderings('train', { perConcept: 1, seed: 'packing', of }, modality);
  const packed = await Promise.all(scenes.map((scene) => packing.pack(scene)));
  const media = Buffer.concat(packed);
  expect(media.length).toBe(scenes.length * packing.bytes);
  for (const [i, scene] of scenes.entries()) {
    const given = await processor.preprocess(await tiny.world.render(scene));
    expect(given.geometry.key).toBe(processor.blankGeometry.key);
    const ours = mediumAt(packing, media, i);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(given.features).sort());
    for (const [name, { data, shape, dtype }] of Object.entries(given.features)) {
      expect(ours[name].shape, name).toEqual(shape);
      expect(ours[name].dtype, name).toBe(dtype);
      let furthest = 0;
      data.forEach((value, at) => {
        furthest = Math.max(furthest, Math.abs(Number(value) - Number(ours[name].data[at])));
      });
      expect(furthest, name).toBeLessThan(1e-6);
      const feeds = mediaFeeds(packing, media, [2, i]);
      expect(feeds[name].slice(data.length), name).toEqual(ours[name].data);
    }
  }
}

describe('packed media', () => {
  it.each(toyModalities)('of %s are what the model itself reads', (modality) => compare(modality));
});
