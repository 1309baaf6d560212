import { z } from 'zod';
import { count } from '../config/field-schemas.js';
import { parseConfigFile } from '../config/read-config.js';
import { checkLlavaParts, llavaFields, readLlavaFields, type LlavaConfig } from '../llava/llava-config.js';
import type { Resolution } from './any-resolution.js';

/** A LLaVA-NeXT checkpoint's config.json: LLaVA's, and the resolutions an image may be cut into tiles at. */
export interface LlavaNextConfig extends LlavaConfig {
  /** [height, width] in pixels, whole tiles each. */
  imageGridPinpoints: readonly Resolution[];
}

/** List of [height, width]. */
export const pinpointsSchema = z.array(z.tuple([count, count])).min(1);

/** What HF `LlavaNextConfig` and `LlavaNextImageProcessor` take where there is none. */
export const defaultPinpoints: readonly Resolution[] = [
  [336, 672],
  [672, 336],
  [672, 672],
  [1008, 336],
  [336, 1008],
];

const llavaNextSchema = llavaFields
  .extend({ image_grid_pinpoints: pinpointsSchema.nullish() })
  .transform((raw, context): LlavaNextConfig => {
    const base = readLlavaFields(raw, 'llava_next', context);
    if (base === undefined) return z.NEVER;
    const complain = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { imageSize } = base.vision;
    const imageGridPinpoints = raw.image_grid_pinpoints ?? defaultPinpoints;
    const broken = imageGridPinpoints.find((pinpoint) => pinpoint.some((side) => side % imageSize !== 0));
    if (broken) {
      complain(
        'image_grid_pinpoints',
        `[${broken.join(', ')}] is not made of whole tiles of ${imageSize} pixels`,
      );
    }
    if (base.visionFeatureSelectStrategy === 'full') {
      complain(
        'vision_feature_select_strategy',
        '"full" keeps class tokens, which have no place in the grid of an image',
      );
    }
    return { ...base, imageGridPinpoints };
  });

/**
 * @param supported what can be loaded, for messages
 * @throws CheckpointError for a vision tower or text backbone that is not supported, ConfigError listing every fault
 */
export function parseLlavaNextConfig(raw: unknown, path: string, supported: string): LlavaNextConfig {
  checkLlavaParts(raw, path, supported);
  return parseConfigFile(llavaNextSchema, raw, path, 'LLaVA-NeXT config');
}
