import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors, type HostTensor } from '@sea-align/compute';
import { z } from 'zod';
import type { Embedding } from '../family/medium-geometry.js';
import type { PreparedMedium } from '../family/prepared-medium.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { qwen2VLFixtures } from './processing.fixture.js';

const generationsSchema = z.object({
  new_tokens: z.number(),
  cases: z.record(
    z.string(),
    z.object({ prompts: z.array(z.array(z.number())), generated: z.array(z.array(z.number())) }),
  ),
});

/** Greedy generations of transformers, by case; written by tools/reference/make_qwen2_vl_golden.py. */
export function readGenerations(): z.infer<typeof generationsSchema> {
  return generationsSchema.parse(JSON.parse(readFileSync(join(qwen2VLFixtures, 'generations.json'), 'utf8')));
}

/** Encoder outputs of the media of a golden case, for each of these prompts in the order of its placeholders. */
export async function mediaOfCase(
  model: MultimodalModel,
  folder: string,
  prompts: readonly (readonly number[])[],
): Promise<Embedding[][]> {
  const file = await openSafetensors(join(folder, 'inputs.safetensors'));
  const tensor = (name: string): HostTensor | undefined =>
    file.names().includes(name) ? file.read(name) : undefined;
  const waiting = new Map<number, Embedding[]>();
  for (const [modality, grids, pixels] of [
    ['image', tensor('image_grid_thw'), tensor('pixel_values')],
    ['video', tensor('video_grid_thw'), tensor('pixel_values_videos')],
  ] as const) {
    if (grids === undefined || pixels === undefined) continue;
    const prepared = split(model, modality, Array.from(grids.data, Number), pixels);
    const embeddings = await model.encode(prepared);
    waiting.set(embeddings[0].geometry.placeholderId, embeddings);
  }
  file.close();
  return prompts.map((ids) => {
    const own: Embedding[] = [];
    for (let place = 0; place < ids.length;) {
      const medium = waiting.get(ids[place])?.shift();
      if (medium !== undefined) own.push(medium);
      place += medium?.geometry.tokens ?? 1;
    }
    return own;
  });
}

/** Pixels of all media of one modality, one behind the other, to a medium each. */
function split(
  model: MultimodalModel,
  modality: 'image' | 'video',
  sides: readonly number[],
  pixels: HostTensor,
): PreparedMedium[] {
  const media: PreparedMedium[] = [];
  const width = pixels.shape[1];
  const name = modality === 'image' ? 'pixel_values' : 'pixel_values_videos';
  let row = 0;
  for (let at = 0; at < sides.length; at += 3) {
    const grid = sides.slice(at, at + 3);
    const geometry = model.geometryOf(
      `${modality} ${(modality === 'image' ? grid.slice(1) : grid).join('x')}`,
    );
    const data = (pixels.data as Float32Array).slice(row * width, (row + geometry.rows) * width);
    media.push({ geometry, features: { [name]: { data, shape: [geometry.rows, width], dtype: 'float32' } } });
    row += geometry.rows;
  }
  return media;
}
