import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, listIssues } from '@sea-align/core';
import { z } from 'zod';
import { count } from '../config/field-schemas.js';
import { readJsonFile } from '../config/read-config.js';
import { resampleFilters, type ResampleFilter } from './pillow-resize.js';

/** What to do with an image, step by step (HF `CLIPImageProcessor`, and `LlavaImageProcessor` with its padding). */
export interface PreprocessorConfig {
  /** Pad to a square with the mean colour first. */
  pad: boolean;
  resize: { shortestEdge: number } | { width: number; height: number } | undefined;
  filter: ResampleFilter;
  crop: { width: number; height: number } | undefined;
  rescaleFactor: number | undefined;
  normalize: { mean: number[]; std: number[] } | undefined;
  padColour: number[];
}

const OPENAI_CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
const OPENAI_CLIP_STD = [0.26862954, 0.26130258, 0.27577711];

const size = z.union([
  count.transform((edge) => ({ shortestEdge: edge })),
  z.looseObject({ shortest_edge: count }).transform((raw) => ({ shortestEdge: raw.shortest_edge })),
  z.looseObject({ width: count, height: count }).transform(({ width, height }) => ({ width, height })),
]);

const cropSize = z.union([
  count.transform((edge) => ({ width: edge, height: edge })),
  z.looseObject({ width: count, height: count }).transform(({ width, height }) => ({ width, height })),
]);

const resample = z
  .number()
  .int()
  .transform((code, context): ResampleFilter => {
    const filter = Object.entries(resampleFilters).find(([number]) => Number(number) === code)?.[1];
    if (filter !== undefined) return filter;
    context.addIssue({ code: 'custom', message: `${code} is no resampling filter (0 to 5)` });
    return z.NEVER;
  });

/** Parser with CLIPImageProcessor's defaults, for a tower of `imageSize` pixels. */
function preprocessorSchema(imageSize: number) {
  return z
    .looseObject({
      do_pad: z.boolean().nullish(),
      do_resize: z.boolean().default(true),
      size: size.prefault({ shortest_edge: imageSize }),
      resample: resample.prefault(3),
      do_center_crop: z.boolean().default(true),
      crop_size: cropSize.prefault(imageSize),
      do_rescale: z.boolean().default(true),
      rescale_factor: z
        .number()
        .positive()
        .default(1 / 255),
      do_normalize: z.boolean().default(true),
      image_mean: z.array(z.number()).length(3).default(OPENAI_CLIP_MEAN),
      image_std: z.array(z.number().positive()).length(3).default(OPENAI_CLIP_STD),
    })
    .transform((raw): PreprocessorConfig => ({
      pad: raw.do_pad ?? false,
      resize: raw.do_resize ? raw.size : undefined,
      filter: raw.resample,
      crop: raw.do_center_crop ? raw.crop_size : undefined,
      rescaleFactor: raw.do_rescale ? raw.rescale_factor : undefined,
      normalize: raw.do_normalize ? { mean: raw.image_mean, std: raw.image_std } : undefined,
      padColour: raw.image_mean.map((mean) => Math.trunc(mean * 255)),
    }));
}

/**
 * preprocessor_config.json (or the image processor in processor_config.json); without one, CLIP's defaults at the tower's
 * size.
 * @throws ConfigError listing every fault
 */
export async function readPreprocessorConfig(folder: string, imageSize: number): Promise<PreprocessorConfig> {
  const schema = preprocessorSchema(imageSize);
  for (const [file, key] of [
    ['preprocessor_config.json', undefined],
    ['processor_config.json', 'image_processor'],
  ] as const) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    const json = z.looseObject({}).parse(await readJsonFile(path));
    const raw = key === undefined ? json : json[key];
    if (raw === undefined) continue;
    const parsed = schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    throw new ConfigError(`${path} is not a usable image preprocessor:`, {
      issues: listIssues(parsed.error),
    });
  }
  return schema.parse({});
}
