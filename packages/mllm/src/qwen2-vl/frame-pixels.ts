import type { PixelRange } from './smart-resize.js';

/**
 * Pixels that the temporal patches of a video have together (`total_pixels` of qwen-vl-utils): more frames mean smaller
 * ones, so that memory stays bounded.
 */
const TOTAL_PIXELS = 24576 * 28 * 28;

/** Limits of one of `frames` frames: the range, and an even share of the total (qwen-vl-utils `fetch_video`). */
export function framePixels(range: PixelRange, frames: number, temporalPatchSize: number): PixelRange {
  const share = (TOTAL_PIXELS / frames) * temporalPatchSize;
  const { minPixels, maxPixels } = range;
  return { minPixels, maxPixels: Math.max(Math.min(maxPixels, share), Math.trunc(minPixels * 1.05)) };
}
