import { CheckpointError } from '@sea-align/core';
import { assertHoldable, pillowResize, type PixelWindow, type RgbImage } from './pillow-resize.js';
import type { PreprocessorConfig } from './preprocessor-config.js';

/**
 * An RGB image to pixel_values [3, H, W], step by step as HF's CLIPImageProcessor: pad to a square (LLaVA's option),
 * resize, centre crop, rescale, normalize, channels first. An image that has the target size is not resampled.
 */
export function preprocessImage(
  config: PreprocessorConfig,
  image: RgbImage,
): { data: Float32Array; width: number; height: number } {
  let current = image;
  if (config.pad) current = padToSquare(current, config.padColour);
  if (config.resize) {
    const { width, height } = targetSize(current, config.resize);
    const kept = config.crop && windowOf({ width, height }, config.crop);
    current = pillowResize(current, width, height, config.filter, kept);
  }
  if (config.crop) current = centerCrop(current, config.crop.width, config.crop.height);
  const { data, width, height } = current;
  const pixels = width * height;
  const values = new Float32Array(3 * pixels);
  const mean = Float32Array.from(config.normalize?.mean ?? [0, 0, 0]);
  const std = Float32Array.from(config.normalize?.std ?? [1, 1, 1]);
  for (let channel = 0; channel < 3; channel++) {
    // 8-bit input has 256 values; each step is rounded to float32 as numpy does.
    const table = Float32Array.from({ length: 256 }, (_, byte) => {
      const scaled = Math.fround(config.rescaleFactor === undefined ? byte : byte * config.rescaleFactor);
      return config.normalize ? Math.fround(scaled - mean[channel]) / std[channel] : scaled;
    });
    for (let pixel = 0; pixel < pixels; pixel++) {
      values[channel * pixels + pixel] = table[data[pixel * 3 + channel]];
    }
  }
  return { data: values, width, height };
}

/** @throws CheckpointError where the preprocessor's output does not fit the vision tower */
export function assertFitsTower(width: number, height: number, imageSize: number): void {
  if (width === imageSize && height === imageSize) return;
  throw new CheckpointError(
    `preprocessor_config.json makes images of ${width} x ${height}; the vision tower takes ${imageSize} x ${imageSize}.`,
    { hint: 'Set size and crop_size in preprocessor_config.json to the tower’s image_size.' },
  );
}

/** The shorter side becomes `shortestEdge`, the longer one follows, rounded down. */
function targetSize(
  { width, height }: RgbImage,
  resize: NonNullable<PreprocessorConfig['resize']>,
): { width: number; height: number } {
  if (!('shortestEdge' in resize)) return resize;
  const { shortestEdge } = resize;
  const long = Math.trunc((shortestEdge * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? { width: shortestEdge, height: long } : { width: long, height: shortestEdge };
}

/**
 * The part of an image that its centre crop shows. A picture of 20,000 x 1 pixels becomes one of millions of columns, of which
 * only the middle is looked at.
 */
function windowOf(
  size: { width: number; height: number },
  crop: { width: number; height: number },
): PixelWindow {
  const [width, height] = [Math.min(size.width, crop.width), Math.min(size.height, crop.height)];
  return {
    left: Math.floor((size.width - width) / 2),
    top: Math.floor((size.height - height) / 2),
    width,
    height,
  };
}

/** Copies the middle; sides that are too short are filled with black (HF `center_crop`). */
function centerCrop(image: RgbImage, width: number, height: number): RgbImage {
  const left = Math.floor((image.width - width) / 2);
  const top = Math.floor((image.height - height) / 2);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const fromY = y + top;
    if (fromY < 0 || fromY >= image.height) continue;
    const start = Math.max(0, -left);
    const end = Math.min(width, image.width - left);
    const from = (fromY * image.width + start + left) * 3;
    out.set(image.data.subarray(from, from + (end - start) * 3), (y * width + start) * 3);
  }
  return { data: out, width, height };
}

function padToSquare(image: RgbImage, colour: readonly number[]): RgbImage {
  const side = Math.max(image.width, image.height);
  if (image.width === image.height) return image;
  assertHoldable(side, side, `An image of ${image.width} x ${image.height}, padded to a square,`);
  const out = new Uint8Array(side * side * 3);
  for (let at = 0; at < out.length; at++) out[at] = colour[at % 3];
  const left = Math.floor((side - image.width) / 2);
  const top = Math.floor((side - image.height) / 2);
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    out.set(row, ((y + top) * side + left) * 3);
  }
  return { data: out, width: side, height: side };
}
