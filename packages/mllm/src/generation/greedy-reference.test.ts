import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors, type Engine, type HostTensor } from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { PreparedMedium } from '../family/prepared-medium.js';
import type { LlavaNextConfig } from '../llava-next/llava-next-config.js';
import { gridGeometry, imageGrid } from '../llava-next/llava-next-geometry.js';
import { loadModel } from '../load-model.js';
import type { GenerationRequest, MultimodalModel } from '../multimodal-model.js';
import { fixtures, nodeEngine, sharedGolden } from '../testing/checkpoint.fixture.js';

/** Written by tools/reference/make_llava_generations.py. */
const reference = z
  .object({
    newTokens: z.number(),
    rows: z.array(
      z.object({
        model: z.string(),
        case: z.string(),
        images: z.array(z.number()),
        prompt: z.array(z.number()),
        generated: z.array(z.number()),
        /** null: the sequence was cut where two tokens were equally likely. */
        finished: z.boolean().nullable(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(fixtures, 'llava-generations.json'), 'utf8')));
type Row = (typeof reference.rows)[number];

/** LLaVA-1.5's and LLaVA-NeXT's models here and, where a workspace has them, beside the repository. */
function folderOf(model: string): string {
  const own = join(fixtures, model);
  return existsSync(own) ? own : join(sharedGolden, model);
}

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(() => engine.dispose());

/** The images of a golden case as the model's own preprocessing would give them. */
async function mediaOf(model: MultimodalModel, folder: string): Promise<PreparedMedium[]> {
  const file = await openSafetensors(join(folder, 'inputs.safetensors'));
  const pixels = file.read('pixel_values');
  const sizes = file.names().includes('image_sizes') ? file.read('image_sizes') : undefined;
  file.close();
  const size = pixels.data.length / pixels.shape[0];
  return Array.from({ length: pixels.shape[0] }, (_, at) => {
    const own = (pixels.data as Float32Array).slice(at * size, (at + 1) * size);
    const tensor = (data: Float32Array, shape: readonly number[]): HostTensor => ({
      data,
      shape,
      dtype: 'float32',
    });
    if (sizes === undefined) {
      return { geometry: model.geometry, features: { pixel_values: tensor(own, pixels.shape.slice(1)) } };
    }
    const config = model.config as LlavaNextConfig;
    const grid = imageGrid(config, [Number(sizes.data[2 * at]), Number(sizes.data[2 * at + 1])]);
    const tiles = grid.tileRows * grid.tileColumns + 1;
    // Tiles behind the image's own are padding.
    const used = own.slice(0, (size / pixels.shape[1]) * tiles);
    const shape = [tiles, ...pixels.shape.slice(2)];
    return { geometry: gridGeometry(config, grid), features: { pixel_values: tensor(used, shape) } };
  });
}

async function requestsOf(model: MultimodalModel, rows: readonly Row[]): Promise<GenerationRequest[]> {
  const requests: GenerationRequest[] = [];
  for (const { case: name, prompt, images } of rows) {
    const media = images.length === 0 ? [] : await mediaOf(model, join(model.folder, name));
    const embedding = await model.encode(images.map((at) => media[at]));
    requests.push({ promptIds: prompt, embedding });
  }
  return requests;
}

const models = [...new Set(reference.rows.map(({ model }) => model))];

it('covers both families, with text rows and several images', () => {
  expect(models).toHaveLength(8);
  expect(new Set(reference.rows.map(({ images }) => images.length))).toEqual(new Set([0, 1, 2]));
});

describe.each(models)('greedy generation of %s', (name) => {
  it.skipIf(!existsSync(folderOf(name)))(
    'is transformers’, token for token: cached, recomputed, together and alone',
    async () => {
      const rows = reference.rows.filter((row) => row.model === name);
      const model = await loadModel(folderOf(name), { engine });
      const requests = await requestsOf(model, rows);
      const maxNewTokens = reference.newTokens;
      for (const options of [{}, { useCache: false }, { batchSize: 1 }]) {
        const ours = await model.generate(requests, { maxNewTokens, ...options });
        rows.forEach(({ generated, finished }, at) => {
          const { ids } = ours[at];
          expect(finished === null ? ids.slice(0, generated.length) : ids).toEqual(generated);
          if (finished !== null) expect(ours[at].finished).toBe(finished);
        });
      }
      await model.release();
    },
  );
});
