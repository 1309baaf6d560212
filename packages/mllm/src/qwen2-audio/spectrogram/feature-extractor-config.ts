import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, listIssues } from '@sea-align/core';
import { z } from 'zod';
import { count } from '../../config/field-schemas.js';
import { readJsonFile } from '../../config/read-config.js';

/** How sound becomes a log-mel spectrogram (HF `WhisperFeatureExtractor`). */
export interface FeatureExtractorConfig {
  /** Mel bins. */
  featureSize: number;
  /** Samples a second. */
  samplingRate: number;
  /** Samples from one frame to the next. */
  hopLength: number;
  /** Samples of a frame, even. */
  nFft: number;
  /** Samples of the window: shorter sounds are padded to it, longer ones cut. */
  windowSamples: number;
  /** Value of the samples that pad a sound. */
  paddingValue: number;
}

/** Defaults of HF `WhisperFeatureExtractor`; what would make its output random or differ in kind is refused. */
const featureExtractorSchema = z
  .looseObject({
    feature_extractor_type: z.literal('WhisperFeatureExtractor').default('WhisperFeatureExtractor'),
    feature_size: count.default(80),
    sampling_rate: count.default(16000),
    hop_length: count.default(160),
    chunk_length: count.default(30),
    n_fft: count.multipleOf(2).default(400),
    padding_value: z.number().default(0),
    padding_side: z.literal('right').default('right'),
    dither: z.literal(0).default(0),
  })
  .transform((raw): FeatureExtractorConfig => ({
    featureSize: raw.feature_size,
    samplingRate: raw.sampling_rate,
    hopLength: raw.hop_length,
    nFft: raw.n_fft,
    windowSamples: raw.chunk_length * raw.sampling_rate,
    paddingValue: raw.padding_value,
  }));

/** Spectrogram frames of the window. */
export function windowFrames(config: FeatureExtractorConfig): number {
  return Math.floor(config.windowSamples / config.hopLength);
}

/**
 * preprocessor_config.json of a checkpoint folder, checked against what its audio tower reads; without the file, Whisper's
 * settings with the tower's mel bins and a window of the tower's length.
 * @throws ConfigError listing every fault
 */
export async function readFeatureExtractorConfig(
  folder: string,
  tower: { melBins: number; melFrames: number },
): Promise<FeatureExtractorConfig> {
  const path = join(folder, 'preprocessor_config.json');
  if (!existsSync(path)) {
    const config = parseFeatureExtractorConfig({ feature_size: tower.melBins }, path);
    return { ...config, windowSamples: tower.melFrames * config.hopLength };
  }
  const config = parseFeatureExtractorConfig(await readJsonFile(path), path);
  const issues = [];
  if (config.featureSize !== tower.melBins) {
    issues.push({
      path: 'feature_size',
      message: `${config.featureSize} mel bins, but the audio tower reads ${tower.melBins} (num_mel_bins)`,
    });
  }
  if (windowFrames(config) !== tower.melFrames) {
    issues.push({
      path: 'chunk_length',
      message:
        `a window of ${windowFrames(config)} spectrogram frames, but the audio tower reads ${tower.melFrames} ` +
        '(2 * max_source_positions)',
    });
  }
  if (issues.length > 0) throw new ConfigError(`${path} does not fit config.json:`, { issues });
  return config;
}

/** As `readFeatureExtractorConfig`, from parsed JSON and without the tower; `path` is for messages. */
export function parseFeatureExtractorConfig(raw: unknown, path: string): FeatureExtractorConfig {
  const parsed = featureExtractorSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${path} is not a usable audio preprocessor config:`, {
    issues: listIssues(parsed.error),
  });
}
