import { MediaError } from '@sea-align/core';
import { windowFrames, type FeatureExtractorConfig } from './feature-extractor-config.js';
import { melFilterBank, type MelFilter } from './mel-filter-bank.js';
import { PowerSpectrum } from './power-spectrum.js';

/** Filters end here whatever the sampling rate is (HF `WhisperFeatureExtractor`). */
const MAX_FREQUENCY = 8000;
const FLOOR = 1e-10;
/** Decades below the loudest bin that are kept. */
const DECADES = 8;

/** A log-mel spectrogram of the whole window. */
export interface LogMel {
  /** [mel bins * frames], the frames of a bin side by side. */
  readonly values: Float32Array;
  readonly frames: number;
  /** Frames that hold sound; the rest is padding (HF `feature_attention_mask`). */
  readonly length: number;
}

/** Log-mel spectrograms as HF `WhisperFeatureExtractor` computes them (float64 inside, HF: float32). */
export class LogMelExtractor {
  private readonly spectrum: PowerSpectrum;
  private readonly filters: MelFilter[];

  constructor(readonly config: FeatureExtractorConfig) {
    this.spectrum = new PowerSpectrum(config.nFft);
    this.filters = melFilterBank({
      filters: config.featureSize,
      bins: this.spectrum.bins,
      samplingRate: config.samplingRate,
      maxFrequency: MAX_FREQUENCY,
    });
  }

  /**
   * Pads the sound to the window or cuts it there, reflects half a frame at both ends, and takes Hann-windowed frames.
   * @param samples mono, -1 to 1, at the config's sampling rate; at least one
   * @throws MediaError for an empty sound or one with NaN or infinite samples
   */
  extract(samples: Float32Array): LogMel {
    const { windowSamples, hopLength, nFft } = this.config;
    if (samples.length === 0) throw new MediaError('The sound has no samples.');
    const heard = Math.min(samples.length, windowSamples);
    const bad = samples.subarray(0, heard).findIndex((sample) => !Number.isFinite(sample));
    if (bad >= 0) throw new MediaError(`Sample ${bad} of the sound is ${samples[bad]}, not a number.`);
    const frames = windowFrames(this.config);
    const bins = this.filters.length;
    const signal = this.reflected(samples.subarray(0, heard));
    const decades = new Float64Array(bins * frames);
    const power = new Float64Array(this.spectrum.bins);
    let loudest = -Infinity;
    for (let frame = 0; frame < frames; frame++) {
      const start = frame * hopLength;
      const silent = isZero(signal, start, start + nFft);
      if (!silent) this.spectrum.of(signal, start, power);
      for (let bin = 0; bin < bins; bin++) {
        const energy = silent ? 0 : filtered(this.filters[bin], power);
        const value = Math.log10(Math.max(energy, FLOOR));
        decades[bin * frames + frame] = value;
        if (value > loudest) loudest = value;
      }
    }
    return {
      values: Float32Array.from(decades, (value) => (Math.max(value, loudest - DECADES) + 4) / 4),
      frames,
      length: Math.min(Math.ceil(heard / hopLength), frames),
    };
  }

  /** The window with half a frame reflected at each end, the outermost samples not repeated (numpy's `reflect`). */
  private reflected(samples: Float32Array): Float64Array {
    const { windowSamples, nFft, paddingValue } = this.config;
    const reach = nFft / 2;
    const signal = new Float64Array(windowSamples + nFft).fill(paddingValue, reach, reach + windowSamples);
    signal.set(samples, reach);
    const last = reach + windowSamples - 1;
    for (let at = 1; at <= reach; at++) {
      signal[reach - at] = signal[reach + at];
      signal[last + at] = signal[last - at];
    }
    return signal;
  }
}

function isZero(signal: Float64Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (signal[at] !== 0) return false;
  return true;
}

function filtered({ firstBin, weights }: MelFilter, power: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < weights.length; at++) sum += weights[at] * power[firstBin + at];
  return sum;
}
