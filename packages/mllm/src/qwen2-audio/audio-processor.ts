import { ConfigError, MediaError } from '@sea-align/core';
import type { BlankOptions, MediaSource, PreprocessOptions } from '../family/media-source.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MediaProcessor, PreparedMedium } from '../family/prepared-medium.js';
import { audioGeometry } from './audio-geometry.js';
import { tokensOfMel, windowMelFrames } from './audio-lengths.js';
import { audioMedium } from './audio-medium.js';
import type { Qwen2AudioConfig } from './qwen2-audio-config.js';
import { readSound } from './read-sound.js';
import {
  readFeatureExtractorConfig,
  type FeatureExtractorConfig,
} from './spectrogram/feature-extractor-config.js';
import { LogMelExtractor } from './spectrogram/log-mel.js';

/** Silence that embeddings start from: long enough for a few spoken words. */
const BLANK_SECONDS = 4;

/** Sounds to log-mel spectrograms, as HF `WhisperFeatureExtractor` with the folder's preprocessor_config.json. */
export class AudioProcessor implements MediaProcessor {
  readonly blankGeometry: MediumGeometry;
  private readonly extractor: LogMelExtractor;

  constructor(
    private readonly config: Qwen2AudioConfig,
    private readonly features: FeatureExtractorConfig,
  ) {
    this.extractor = new LogMelExtractor(features);
    const mel = Math.ceil(this.silence(undefined).length / features.hopLength);
    this.blankGeometry = audioGeometry(config, tokensOfMel(Math.min(mel, windowMelFrames(config.audio))));
  }

  static async load(folder: string, config: Qwen2AudioConfig): Promise<AudioProcessor> {
    const tower = { melBins: config.audio.numMelBins, melFrames: windowMelFrames(config.audio) };
    return new AudioProcessor(config, await readFeatureExtractorConfig(folder, tower));
  }

  /** Sounds longer than the window are cut there, as HF does; what lies behind it is not read. */
  async preprocess(source: MediaSource, { signal }: PreprocessOptions = {}): Promise<PreparedMedium> {
    const { samplingRate, windowSamples } = this.features;
    const maxSeconds = windowSamples / samplingRate;
    const samples = await readSound(source, { samplingRate, maxSeconds, signal });
    try {
      return audioMedium(this.config, this.extractor.extract(samples));
    } catch (error) {
      if (typeof source !== 'string' || !MediaError.isInstance(error)) throw error;
      throw new MediaError(`${source}: ${error.message}`, { cause: error });
    }
  }

  async blank({ seconds }: BlankOptions = {}): Promise<PreparedMedium> {
    return audioMedium(this.config, this.extractor.extract(this.silence(seconds)));
  }

  private silence(seconds: number | undefined): Float32Array {
    const { samplingRate, windowSamples } = this.features;
    const samples = Math.round((seconds ?? BLANK_SECONDS) * samplingRate);
    if (!(samples > 0))
      throw new ConfigError(`Silence of ${seconds} seconds was asked for; give a length above 0.`);
    return new Float32Array(Math.min(samples, windowSamples));
  }
}
