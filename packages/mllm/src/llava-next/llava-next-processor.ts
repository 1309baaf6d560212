import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError } from '@sea-align/core';
import { z } from 'zod';
import { parseConfigFile, readJsonFile } from '../config/read-config.js';
import type { BlankOptions, MediaSource } from '../family/media-source.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MediaProcessor, PreparedMedium } from '../family/prepared-medium.js';
import { assertFitsTower, preprocessImage } from '../image/image-processor.js';
import { pillowResize, type RgbImage } from '../image/pillow-resize.js';
import { readPreprocessorConfig, type PreprocessorConfig } from '../image/preprocessor-config.js';
import { readImage } from '../image/read-image.js';
import { fittedSize, selectBestResolution, type Resolution } from './any-resolution.js';
import { pinpointsSchema, type LlavaNextConfig } from './llava-next-config.js';
import { gridGeometry, imageGrid } from './llava-next-geometry.js';

/**
 * Images of any size as HF's LlavaNextImageProcessor (transformers 4.57) makes them: feature pixel_values
 * [tiles, 3, side, side], the whole image squeezed into the first tile, then the image fitted into its best resolution, padded
 * with black and cut into tiles.
 */
export class LlavaNextProcessor implements MediaProcessor {
  readonly blankGeometry: MediumGeometry;

  private constructor(
    private readonly model: LlavaNextConfig,
    private readonly settings: PreprocessorConfig,
    private readonly pinpoints: readonly Resolution[],
  ) {
    const { imageSize } = model.vision;
    this.blankGeometry = gridGeometry(model, imageGrid(model, [imageSize, imageSize]));
  }

  static async load(folder: string, config: LlavaNextConfig): Promise<LlavaNextProcessor> {
    const settings = await readPreprocessorConfig(folder, config.vision.imageSize);
    const pinpoints = (await readPinpoints(folder)) ?? config.imageGridPinpoints;
    // do_pad is something else here: missing tiles of a batch.
    return new LlavaNextProcessor(config, { ...settings, pad: false }, pinpoints);
  }

  async preprocess(source: MediaSource): Promise<PreparedMedium> {
    const image = await readImage(source);
    const size: Resolution = [image.height, image.width];
    const best = selectBestResolution(size, this.pinpoints);
    this.checkResolution(size, best);
    const tiles = [this.wholeImage(image), ...this.cutIntoTiles(image, best)].map((tile) => {
      const { data, width, height } = preprocessImage(this.settings, tile);
      assertFitsTower(width, height, this.model.vision.imageSize);
      return data;
    });
    const side = this.model.vision.imageSize;
    const data = new Float32Array(tiles.length * 3 * side * side);
    tiles.forEach((tile, at) => data.set(tile, at * tile.length));
    return {
      geometry: gridGeometry(this.model, imageGrid(this.model, size)),
      features: { pixel_values: { data, shape: [tiles.length, 3, side, side], dtype: 'float32' } },
    };
  }

  blank({ colour = [255, 255, 255], width, height }: BlankOptions = {}): Promise<PreparedMedium> {
    const { imageSize } = this.model.vision;
    const size = { width: width ?? imageSize, height: height ?? imageSize };
    const data = Uint8Array.from({ length: size.width * size.height * 3 }, (_, at) => colour[at % 3]);
    return this.preprocess({ data, ...size, channels: 3 });
  }

  /** Both sides become the shorter side of the configured size, aspect ratio or not. */
  private wholeImage(image: RgbImage): RgbImage {
    const { resize, filter } = this.settings;
    if (resize === undefined) return image;
    const side = 'shortestEdge' in resize ? resize.shortestEdge : Math.min(resize.width, resize.height);
    return pillowResize(image, side, side, filter);
  }

  private cutIntoTiles(image: RgbImage, best: Resolution): RgbImage[] {
    const [height, width] = fittedSize([image.height, image.width], best);
    const padded = padWithBlack(pillowResize(image, width, height, this.settings.filter), best);
    const side = this.settings.crop?.height ?? this.model.vision.imageSize;
    const tiles: RgbImage[] = [];
    for (let top = 0; top < padded.height; top += side) {
      for (let left = 0; left < padded.width; left += side) tiles.push(cut(padded, left, top, side));
    }
    return tiles;
  }

  /** The model counts tiles by its own list. */
  private checkResolution(size: Resolution, chosen: Resolution): void {
    const expected = selectBestResolution(size, this.model.imageGridPinpoints);
    const side = this.settings.crop?.height ?? this.model.vision.imageSize;
    if (expected.join() === chosen.join() && side === this.model.vision.imageSize) return;
    throw new CheckpointError(
      `preprocessor_config.json cuts an image of ${size[1]} x ${size[0]} into tiles of ${side} at ${chosen.join(' x ')}; ` +
        `config.json expects tiles of ${this.model.vision.imageSize} at ${expected.join(' x ')} (height x width).`,
      { hint: 'Give both files the same image_grid_pinpoints and sizes.' },
    );
  }
}

const pinpointsHolder = z.looseObject({ image_grid_pinpoints: pinpointsSchema.nullish() });

async function readPinpoints(folder: string): Promise<readonly Resolution[] | undefined> {
  for (const [file, key] of [
    ['preprocessor_config.json', undefined],
    ['processor_config.json', 'image_processor'],
  ] as const) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    const json = parseConfigFile(z.looseObject({}), await readJsonFile(path), path, 'preprocessor config');
    const raw = key === undefined ? json : json[key];
    if (raw === undefined) continue;
    return (
      parseConfigFile(pinpointsHolder, raw, path, 'image preprocessor').image_grid_pinpoints ?? undefined
    );
  }
  return undefined;
}

/** In the middle; an odd remainder goes to the right and to the bottom. */
function padWithBlack(image: RgbImage, [height, width]: Resolution): RgbImage {
  if (image.width === width && image.height === height) return image;
  const left = Math.floor((width - image.width) / 2);
  const top = Math.floor((height - image.height) / 2);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    data.set(row, ((y + top) * width + left) * 3);
  }
  return { data, width, height };
}

function cut(image: RgbImage, left: number, top: number, side: number): RgbImage {
  const width = Math.min(side, image.width - left);
  const height = Math.min(side, image.height - top);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { data, width, height };
}
