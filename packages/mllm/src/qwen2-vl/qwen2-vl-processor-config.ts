import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError } from '@sea-align/core';
import { z } from 'zod';
import { count } from '../config/field-schemas.js';
import { parseConfigFile, readJsonFile } from '../config/read-config.js';
import { resampleFilters, type ResampleFilter } from '../image/pillow-resize.js';
import type { PatchLayout } from './patches.js';
import type { Qwen2VLModality } from './qwen2-vl-geometry.js';
import type { PixelRange } from './smart-resize.js';
import type { Qwen2VLVisionConfig } from './vision-config.js';

/** Settings of HF `Qwen2VLImageProcessor` or `Qwen2VLVideoProcessor`. */
export interface Qwen2VLProcessorConfig extends PixelRange, PatchLayout {
  resize: boolean;
  filter: ResampleFilter;
  rescaleFactor: number | undefined;
  normalize: { mean: readonly number[]; std: readonly number[] } | undefined;
  /** Video: frames a second that are looked at in a file. */
  fps: number;
  minFrames: number;
  maxFrames: number;
}

const OPENAI_CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
const OPENAI_CLIP_STD = [0.26862954, 0.26130258, 0.27577711];

/** Pixels of an image, or of a frame, that HF's classes take for absent keys. */
const defaultRange: Readonly<Record<Qwen2VLModality, PixelRange>> = {
  image: { minPixels: 56 * 56, maxPixels: 28 * 28 * 1280 },
  video: { minPixels: 128 * 28 * 28, maxPixels: 28 * 28 * 768 },
};

/** Where HF looks, in this order; a later file's settings are under a key. */
const settingsFiles: Readonly<Record<Qwen2VLModality, readonly (readonly [file: string, key?: string])[]>> = {
  image: [['preprocessor_config.json'], ['processor_config.json', 'image_processor']],
  video: [
    ['video_preprocessor_config.json'],
    ['preprocessor_config.json'],
    ['processor_config.json', 'video_processor'],
  ],
};

const three = z.union([
  z.number().transform((value) => [value, value, value]),
  z.array(z.number()).length(3),
]);

function settingsSchema(modality: Qwen2VLModality) {
  const range = defaultRange[modality];
  return z
    .looseObject({
      do_resize: z.boolean().default(true),
      size: z.looseObject({ shortest_edge: count, longest_edge: count }).nullish(),
      min_pixels: count.nullish(),
      max_pixels: count.nullish(),
      resample: z
        .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)])
        .default(3),
      do_rescale: z.boolean().default(true),
      rescale_factor: z
        .number()
        .positive()
        .default(1 / 255),
      do_normalize: z.boolean().default(true),
      image_mean: three.nullish(),
      image_std: three.nullish(),
      patch_size: count.default(14),
      temporal_patch_size: count.default(2),
      merge_size: count.default(2),
      fps: z.number().positive().nullish(),
      min_frames: count.default(4),
      max_frames: count.default(768),
    })
    .transform((raw): Qwen2VLProcessorConfig => ({
      resize: raw.do_resize,
      minPixels: raw.min_pixels ?? raw.size?.shortest_edge ?? range.minPixels,
      maxPixels: raw.max_pixels ?? raw.size?.longest_edge ?? range.maxPixels,
      filter: resampleFilters[raw.resample],
      rescaleFactor: raw.do_rescale ? raw.rescale_factor : undefined,
      normalize: raw.do_normalize
        ? { mean: raw.image_mean ?? OPENAI_CLIP_MEAN, std: raw.image_std ?? OPENAI_CLIP_STD }
        : undefined,
      patchSize: raw.patch_size,
      temporalPatchSize: raw.temporal_patch_size,
      mergeSize: raw.merge_size,
      fps: raw.fps ?? 2,
      minFrames: raw.min_frames,
      maxFrames: raw.max_frames,
    }));
}

/**
 * The folder's settings for one modality; HF's defaults where it has none.
 * @throws ConfigError listing every fault; CheckpointError where patches would not be the tower's
 */
export async function readQwen2VLProcessorConfig(
  folder: string,
  vision: Qwen2VLVisionConfig,
  modality: Qwen2VLModality,
): Promise<Qwen2VLProcessorConfig> {
  const schema = settingsSchema(modality);
  for (const [file, key] of settingsFiles[modality]) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    const json = await readJsonFile(path);
    const raw = key === undefined ? json : z.looseObject({}).safeParse(json).data?.[key];
    if (raw === undefined) continue;
    const config = parseConfigFile(schema, raw, path, `${modality} preprocessor`);
    assertFits(config, vision, path);
    return config;
  }
  const { patchSize, temporalPatchSize, spatialMergeSize: mergeSize } = vision;
  return { ...schema.parse({}), patchSize, temporalPatchSize, mergeSize };
}

function assertFits(config: PatchLayout, vision: Qwen2VLVisionConfig, path: string): void {
  const pairs: [name: string, ours: number, tower: number][] = [
    ['patch_size', config.patchSize, vision.patchSize],
    ['temporal_patch_size', config.temporalPatchSize, vision.temporalPatchSize],
    ['merge_size', config.mergeSize, vision.spatialMergeSize],
  ];
  const wrong = pairs.filter(([, ours, tower]) => ours !== tower);
  if (wrong.length === 0) return;
  const list = wrong.map(([name, ours, tower]) => `${name} is ${ours}, the vision tower's is ${tower}`);
  throw new CheckpointError(`${path} does not fit config.json: ${list.join('; ')}.`, {
    hint: 'The two files are of different checkpoints.',
  });
}
