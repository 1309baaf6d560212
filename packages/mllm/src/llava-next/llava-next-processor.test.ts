import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, MediaError } from '@sea-align/core';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RawImage } from '../family/media-source.js';
import { fixtures, temporaryFolder, tinyLlama } from '../testing/checkpoint.fixture.js';
import { llavaNextFamily } from './llava-next-family.js';

const temporary = temporaryFolder();
afterAll(() => temporary.remove());

/** Written by tools/reference/make_llava_next_processing.py. */
const reference = z
  .object({
    pinpoints: z.record(z.string(), z.array(z.array(z.number()))),
    images: z.array(
      z.object({
        pinpoints: z.string(),
        width: z.number(),
        height: z.number(),
        tiles: z.number(),
        tokens: z.number(),
        sum: z.number(),
        values: z.array(z.number()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(fixtures, 'llava-next-processing.json'), 'utf8')));

/** The formula of tools/reference/make_image_reference.py. */
function picture(width: number, height: number): RawImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const c = at % 3;
    const x = Math.floor(at / 3) % width;
    const y = Math.floor(at / 3 / width);
    return (x * 37 + y * 91 + c * 53 + ((x * y) % 17) * 11) % 256;
  });
  return { data, width, height, channels: 3 };
}

function configOf(image_grid_pinpoints: unknown) {
  const raw = {
    ...tinyLlama,
    model_type: 'llava_next',
    vision_config: { ...tinyLlama.vision_config, image_size: 24, patch_size: 8 },
    image_grid_pinpoints,
  };
  return llavaNextFamily.parseConfig(raw, 'config.json');
}

describe('any-resolution preprocessing', () => {
  it('has references for 22 images', () => expect(reference.images).toHaveLength(22));

  it.each(reference.images)('$pinpoints: $width x $height', async (expected) => {
    const config = configOf(reference.pinpoints[expected.pinpoints]);
    const processor = await llavaNextFamily.loadProcessor(temporary.folder, config, 'image');
    const { geometry, features } = await processor.preprocess(picture(expected.width, expected.height));
    const { data, shape } = features['pixel_values'];
    expect(shape).toEqual([expected.tiles, 3, 24, 24]);
    expect(geometry.tokens).toBe(expected.tokens);
    expect(geometry.rows).toBe(expected.tiles * 9);
    const values = data as Float32Array;
    expected.values.forEach((value, at) => expect(values[at * 211]).toBeCloseTo(value, 5));
    const sum = values.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - expected.sum)).toBeLessThan(1e-4 * values.length);
    expect(llavaNextFamily.geometry(config, geometry.key)).toEqual(geometry);
  });

  it('a blank image has the tower’s size unless another is asked for', async () => {
    const config = configOf([
      [24, 48],
      [48, 24],
    ]);
    const processor = await llavaNextFamily.loadProcessor(temporary.folder, config, 'image');
    const blank = await processor.blank();
    expect(blank.geometry).toEqual(processor.blankGeometry);
    // Nine patches of the whole image; of the 3 x 6 of two tiles the middle 3 x 4 (3 and a half on each side of nothing kept whole).
    expect(blank.geometry).toMatchObject({ key: 'image 1x2 tiles 3x4', tokens: 9 + 3 * 5, rows: 27 });
    const tall = await processor.blank({ width: 10, height: 80, colour: [0, 0, 0] });
    expect(tall.geometry.key).toMatch(/^image 2x1 tiles/);
    expect(tall.features['pixel_values'].data[0]).toBeCloseTo(-0.48145466 / 0.26862954, 5);
  });

  it('refuses a video, and a preprocessor that cuts other tiles than the model expects', async () => {
    const config = configOf([[24, 48]]);
    const processor = await llavaNextFamily.loadProcessor(temporary.folder, config, 'image');
    await expect(processor.preprocess({ frames: [], framesPerSecond: 1 })).rejects.toThrow(MediaError);
    const other = { size: { shortest_edge: 24 }, crop_size: 24, image_grid_pinpoints: [[48, 24]] };
    writeFileSync(join(temporary.folder, 'preprocessor_config.json'), JSON.stringify(other));
    const wrong = await llavaNextFamily.loadProcessor(temporary.folder, config, 'image');
    await expect(wrong.preprocess(picture(8, 8))).rejects.toThrow(CheckpointError);
    await expect(wrong.preprocess(picture(8, 8))).rejects.toThrow(/48 x 24.*24 x 48/);
  });
});
