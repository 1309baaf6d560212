import { ConfigError } from '@sea-align/core';

/** Which frames of a video are looked at. */
export interface SamplingOptions {
  /** Frames a second that are looked at; absent: all frames, as far as `maxFrames` goes. */
  readonly fps?: number;
  readonly minFrames: number;
  readonly maxFrames: number;
  readonly temporalPatchSize: number;
}

/**
 * Indices of the frames that are looked at, evenly spaced from the first one on (HF `Qwen2VLVideoProcessor.sample_frames`,
 * transformers 4.57): a multiple of `temporalPatchSize`, except that a video shorter than that is taken whole.
 * @param total frames of the video
 * @param rate its frames a second
 * @throws ConfigError for options that make no sense
 */
export function sampleFrameIndices(total: number, rate: number, options: SamplingOptions): number[] {
  const { fps, minFrames, maxFrames, temporalPatchSize } = options;
  for (const [name, value] of Object.entries({
    fps: fps ?? 1,
    maxFrames,
    'frames a second of the video': rate,
  })) {
    if (!(value > 0)) throw new ConfigError(`${name} must be more than 0, got ${value}.`);
  }
  const whole = (frames: number): number => Math.floor(frames / temporalPatchSize) * temporalPatchSize;
  const most = whole(Math.min(maxFrames, total));
  const wanted = fps === undefined ? total : (total / rate) * fps;
  const count = whole(Math.min(Math.max(wanted, minFrames), most, total));
  if (count === 0) return Array.from({ length: Math.min(total, temporalPatchSize) }, (_, index) => index);
  // HF: torch.arange(0, total, total / count).int(), whose elements are float32.
  return Array.from({ length: count }, (_, at) => Math.trunc(Math.fround(at * (total / count))));
}
