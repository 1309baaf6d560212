import { MediaError } from '@sea-align/core';
import type { BlankOptions, MediaSource, PreprocessOptions } from '../family/media-source.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MediaProcessor, PreparedMedium } from '../family/prepared-medium.js';
import { withTemporaryFile } from '../family/temporary-file.js';
import { pillowResize, type RgbImage } from '../image/pillow-resize.js';
import type { SamplingOptions } from './frame-sampling.js';
import { framePixels } from './frame-pixels.js';
import { gridPatches, type Grid } from './grid.js';
import { fileFrames, imageFrames, rawFrames, type MediaFrames } from './media-frames.js';
import { PatchWriter, pixelTables, type PixelTables } from './patches.js';
import type { Qwen2VLConfig } from './qwen2-vl-config.js';
import { qwen2VLGeometry, type Qwen2VLModality } from './qwen2-vl-geometry.js';
import { readQwen2VLProcessorConfig, type Qwen2VLProcessorConfig } from './qwen2-vl-processor-config.js';
import { smartResize, type PixelRange, type Size } from './smart-resize.js';
import { patchWidth } from './vision-config.js';

/** Patches a side of a blank medium, and its frames, where nothing else is asked for. */
const BLANK_PATCHES = 16;
const BLANK_FRAMES = 8;

/** The encoder graph's input, by HF's name. */
export const pixelFeature: Readonly<Record<Qwen2VLModality, string>> = {
  image: 'pixel_values',
  video: 'pixel_values_videos',
};

/** HF's `Qwen2VLImageProcessor` for images, `Qwen2VLVideoProcessor` for videos; both resampling as Pillow does. */
export class Qwen2VLProcessor implements MediaProcessor {
  readonly blankGeometry: MediumGeometry;
  private readonly tables: PixelTables;

  /** @throws ConfigError, CheckpointError for a faulty preprocessor_config.json */
  static async load(
    folder: string,
    config: Qwen2VLConfig,
    modality: Qwen2VLModality,
  ): Promise<Qwen2VLProcessor> {
    const settings = await readQwen2VLProcessorConfig(folder, config.vision, modality);
    return new Qwen2VLProcessor(config, settings, modality);
  }

  constructor(
    private readonly config: Qwen2VLConfig,
    private readonly settings: Qwen2VLProcessorConfig,
    private readonly modality: Qwen2VLModality,
  ) {
    this.tables = pixelTables(settings.rescaleFactor, settings.normalize);
    const blank = this.blankSize({});
    this.blankGeometry = qwen2VLGeometry(
      config,
      modality,
      this.grid(this.target(blank, blank.frames, {}), blank.frames),
    );
  }

  async preprocess(source: MediaSource, options: PreprocessOptions = {}): Promise<PreparedMedium> {
    if (this.modality === 'image') return this.pack(await imageFrames(source), options);
    const { fps, minFrames, maxFrames, temporalPatchSize } = this.settings;
    const sampling = {
      fps: options.fps ?? fps,
      minFrames,
      maxFrames: options.maxFrames ?? maxFrames,
      temporalPatchSize,
    };
    const fromFile = (path: string) => this.videoFile(path, sampling, options);
    if (typeof source === 'string') return fromFile(source);
    if (!(source instanceof Uint8Array)) return this.pack(rawFrames(source, options, sampling), options);
    if (source.length === 0) throw new MediaError('The video has no bytes.', { code: 'SEA_MEDIA_EMPTY' });
    return withTemporaryFile(source, 'video', fromFile);
  }

  private async videoFile(
    path: string,
    sampling: SamplingOptions,
    options: PreprocessOptions,
  ): Promise<PreparedMedium> {
    const { signal } = options;
    try {
      return await this.pack(await fileFrames(path, sampling, { signal }), options);
    } catch (error) {
      if (!(error instanceof MediaError) || error.code !== 'SEA_MEDIA_TOO_SHORT') throw error;
      return this.pack(await fileFrames(path, sampling, { signal, counted: true }), options);
    }
  }

  async blank(options: BlankOptions = {}): Promise<PreparedMedium> {
    const { colour = [255, 255, 255] } = options;
    const { width, height, frames: count } = this.blankSize(options);
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => colour[at % 3]);
    const frame = { data, width, height };
    async function* frames(): AsyncGenerator<RgbImage> {
      for (let at = 0; at < count; at++) yield frame;
    }
    return this.pack({ count, size: frame, frames }, {});
  }

  private async pack(media: MediaFrames, options: PreprocessOptions): Promise<PreparedMedium> {
    const target = this.target(media.size, media.count, options);
    const grid = this.grid(target, media.count);
    const writer = new PatchWriter(this.settings, this.tables, grid);
    let last: RgbImage | undefined;
    for await (const frame of media.frames()) {
      options.signal?.throwIfAborted();
      last = pillowResize(frame, target.width, target.height, this.settings.filter);
      writer.add(last);
    }
    if (last === undefined) throw new MediaError('A video without frames was given.');
    writer.finish(last);
    return {
      geometry: qwen2VLGeometry(this.config, this.modality, grid),
      features: {
        [pixelFeature[this.modality]]: {
          data: writer.values,
          shape: [gridPatches(grid), patchWidth(this.config.vision)],
          dtype: 'float32',
        },
      },
    };
  }

  /** Pixels of a frame as the tower sees it. */
  private target(size: Size, frames: number, options: PreprocessOptions): Size {
    const { patchSize, mergeSize, resize } = this.settings;
    const factor = patchSize * mergeSize;
    if (resize) return smartResize(size, factor, this.range(frames, options));
    if (size.width % factor === 0 && size.height % factor === 0) return size;
    throw new MediaError(
      `${size.width} x ${size.height} pixels cannot be divided into patches of ${factor} x ${factor}, and the ` +
        'checkpoint’s preprocessor does not resize (do_resize).',
    );
  }

  private range(frames: number, options: PreprocessOptions): PixelRange {
    const minPixels = options.minPixels ?? this.settings.minPixels;
    const maxPixels = options.maxPixels ?? this.settings.maxPixels;
    const range = { minPixels, maxPixels };
    return this.modality === 'image' ? range : framePixels(range, frames, this.settings.temporalPatchSize);
  }

  private grid({ width, height }: Size, frames: number): Grid {
    const { patchSize, temporalPatchSize } = this.settings;
    return { t: Math.ceil(frames / temporalPatchSize), h: height / patchSize, w: width / patchSize };
  }

  private blankSize(options: BlankOptions): Size & { frames: number } {
    const side = BLANK_PATCHES * this.settings.patchSize;
    const { width = side, height = side, frames = BLANK_FRAMES } = options;
    return { width, height, frames: this.modality === 'image' ? 1 : frames };
  }
}
