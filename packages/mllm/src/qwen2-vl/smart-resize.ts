import { MediaError } from '@sea-align/core';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Limits of the resized image, in pixels. */
export interface PixelRange {
  readonly minPixels: number;
  readonly maxPixels: number;
}

const MAX_ASPECT_RATIO = 200;

/**
 * The size nearest to the aspect ratio whose sides are multiples of `factor` and whose area lies within the limits (HF
 * `smart_resize`, transformers 4.57; 4.47 refuses sides below `factor`, and otherwise agrees).
 * @throws MediaError for an image more than 200 times as long as wide
 */
export function smartResize(
  { width, height }: Size,
  factor: number,
  { minPixels, maxPixels }: PixelRange,
): Size {
  const aspect = Math.max(width, height) / Math.min(width, height);
  if (!(aspect <= MAX_ASPECT_RATIO)) {
    throw new MediaError(
      `An image of ${width} x ${height} pixels is too narrow: one side is more than ${MAX_ASPECT_RATIO} times the other.`,
      { hint: 'Crop it.' },
    );
  }
  const scaled = (scale: (side: number) => number): Size => ({
    width: scale(width) * factor,
    height: scale(height) * factor,
  });
  const nearest = scaled((side) => roundHalfToEven(side / factor));
  if (nearest.width * nearest.height > maxPixels) {
    const shrink = Math.sqrt((height * width) / maxPixels);
    return scaled((side) => Math.max(1, Math.floor(side / shrink / factor)));
  }
  if (nearest.width * nearest.height < minPixels) {
    const grow = Math.sqrt(minPixels / (height * width));
    return scaled((side) => Math.ceil((side * grow) / factor));
  }
  return nearest;
}

/** Python's `round`. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
