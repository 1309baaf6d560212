import { rm } from 'node:fs/promises';
import { normaliseVideo, type NormalisedVideo, type ToolOptions } from '@sea-align/media';
import type { TextToVideo, VideoProvenance } from '../text-to-video/text-to-video.js';
import { clipFormat } from '../typo/text-style.js';

/** Frames of a DM clip: 5 s. */
export const dmFrames = 120;
/** All parts of DM_TYPO are coded alike, so that they join without being coded again. */
export const dmCoding = { ...clipFormat, tune: 'none' } as const;

export interface DmOptions extends ToolOptions {
  readonly textToVideo: TextToVideo;
  /** What the model is asked for: see `describeScene`. */
  readonly prompt: string;
  /** 0 … 2^31 - 1. */
  readonly seed: number;
}

/** How a DM clip came about, for the manifest. JSON-able. */
export interface DmProvenance extends VideoProvenance {
  readonly task: 'DM';
  /** What was done to the generator's video to make it 5 s of 640x384 at 24 frames a second. */
  readonly normalised: NormalisedVideo;
}

/**
 * Has a video made and writes it to `out` as exactly 5 s, 120 frames of 640x384 at 24 a second. Throws as
 * `TextToVideo.generate` and `normaliseVideo`.
 */
export async function dmClip(
  { textToVideo, prompt, seed, tools, signal }: DmOptions,
  out: string,
): Promise<DmProvenance> {
  const raw = `${out}.raw`;
  try {
    const request = { ...clipFormat, prompt, seed, numFrames: dmFrames, signal };
    const provenance = await textToVideo.generate(request, raw);
    const normalised = await normaliseVideo(raw, { ...dmCoding, frames: dmFrames, tools, signal }, out);
    return { task: 'DM', ...provenance, normalised };
  } finally {
    await rm(raw, { force: true });
  }
}
