import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { RawImage } from '../family/media-source.js';

/** Golden checkpoints, and what HF's processors compute; written by tools/reference/make_qwen2_vl_*.py. */
export const qwen2VLFixtures = fileURLToPath(new URL('../../fixtures/qwen2-vl', import.meta.url));

const numbers = z.array(z.number());
const pixels = { config: z.string(), width: z.number(), height: z.number(), grid: numbers };
const values = { sum: z.number(), values: numbers, fast: numbers };
const rows = z.array(numbers);
const turn = { question: z.string(), medium: z.string().optional(), system: z.string().optional() };

const processing = z.object({
  smart_resize: z.array(
    z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), numbers.nullable()]),
  ),
  images: z.array(z.object({ ...pixels, ...values })),
  videos: z.array(z.object({ frames: z.number(), ...pixels, ...values })),
  sampling: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), numbers])),
  rope: z.array(
    z.object({
      name: z.string(),
      ids: rows,
      mask: rows,
      images: rows,
      videos: rows,
      positions: z.array(rows),
      deltas: numbers,
    }),
  ),
  prompts: z.object({
    image: numbers,
    video: numbers,
    prompts: z.array(z.object({ ...turn, text: z.string(), ids: numbers })),
    answers: z.array(z.object({ answer: z.string(), ids: numbers })),
    encodings: z.array(z.object({ text: z.string(), ids: numbers })),
  }),
});

export function readProcessingFixture(): z.infer<typeof processing> {
  return processing.parse(JSON.parse(readFileSync(`${qwen2VLFixtures}/processing.json`, 'utf8')));
}

/** The script's picture. */
export function picture(width: number, height: number, frame = 0): RawImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        data[(y * width + x) * 3 + c] = x * 37 + y * 91 + c * 53 + frame * 29 + ((x * y) % 17) * 11;
      }
    }
  }
  return { data, width, height, channels: 3 };
}

/** The script's video. */
export function pictures(count: number, width: number, height: number): RawImage[] {
  return Array.from({ length: count }, (_, frame) => picture(width, height, frame));
}

const defaultRange = { min_pixels: 56 * 56, max_pixels: 28 * 28 * 1280 };

/** preprocessor_config.json of the script's processors. */
export const imageSettings: Readonly<Record<string, object>> = {
  default: defaultRange,
  small_range: { min_pixels: 28 * 28, max_pixels: 28 * 28 * 6 },
  patch4_merge3_frames3: {
    patch_size: 4,
    merge_size: 3,
    temporal_patch_size: 3,
    min_pixels: 144,
    max_pixels: 2000,
  },
  bilinear: {
    ...defaultRange,
    resample: 2,
    image_mean: [0.5, 0.4, 0.3],
    image_std: [0.5, 0.25, 0.7],
    rescale_factor: 1 / 127.5,
  },
  no_normalize: { do_normalize: false, max_pixels: 28 * 28 * 4, min_pixels: 28 * 28 },
};

export const videoSettings: Readonly<Record<string, object>> = {
  default: { min_pixels: 28 * 28, max_pixels: 28 * 28 * 6 },
  patch4: { patch_size: 4, min_pixels: 64, max_pixels: 1024 },
};
