import { preprocessImage, assertFitsTower } from '../image/image-processor.js';
import { readPreprocessorConfig, type PreprocessorConfig } from '../image/preprocessor-config.js';
import { readImage } from '../image/read-image.js';
import type { BlankOptions, MediaSource } from '../family/media-source.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MediaProcessor, PreparedMedium } from '../family/prepared-medium.js';

/** Images as CLIPImageProcessor with the folder's preprocessor_config.json makes them: feature pixel_values [3, side, side]. */
export class LlavaProcessor implements MediaProcessor {
  private constructor(
    private readonly config: PreprocessorConfig,
    private readonly imageSize: number,
    readonly blankGeometry: MediumGeometry,
  ) {}

  static async load(folder: string, imageSize: number, geometry: MediumGeometry): Promise<LlavaProcessor> {
    return new LlavaProcessor(await readPreprocessorConfig(folder, imageSize), imageSize, geometry);
  }

  async preprocess(source: MediaSource): Promise<PreparedMedium> {
    const { data, width, height } = preprocessImage(this.config, await readImage(source));
    assertFitsTower(width, height, this.imageSize);
    return {
      geometry: this.blankGeometry,
      features: { pixel_values: { data, shape: [3, height, width], dtype: 'float32' } },
    };
  }

  blank({ colour = [255, 255, 255] }: BlankOptions = {}): Promise<PreparedMedium> {
    const side = this.imageSize;
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => colour[at % 3]);
    return this.preprocess({ data, width: side, height: side, channels: 3 });
  }
}
