import { MediaError } from '@sea-align/core';

/** Pillow's resampling filters, by the number that preprocessor_config.json has in `resample`. */
export const resampleFilters = {
  0: 'nearest',
  1: 'lanczos',
  2: 'bilinear',
  3: 'bicubic',
  4: 'box',
  5: 'hamming',
} as const;
export type ResampleFilter = (typeof resampleFilters)[keyof typeof resampleFilters];

/** Interleaved 8-bit RGB. */
export interface RgbImage {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A part of the pixels of an image. */
export interface PixelWindow {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Pixels of the largest image that is read, and of the largest that is made on the way: sharp's limit, 16383 x 16383. */
export const LARGEST_IMAGE = 0x3fff * 0x3fff;

/** @throws MediaError for an image of more than `LARGEST_IMAGE` pixels */
export function assertHoldable(width: number, height: number, what: string): void {
  if (width * height <= LARGEST_IMAGE) return;
  throw new MediaError(
    `${what} would have ${width} x ${height} pixels; at most ${LARGEST_IMAGE / 1e6} million are held in memory.`,
    { code: 'SEA_MEDIA_TOO_LARGE', hint: 'Crop the image to a less extreme shape, or scale it down.' },
  );
}

interface Kernel {
  support: number;
  weight: (distance: number) => number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const kernels: Readonly<Record<Exclude<ResampleFilter, 'nearest'>, Kernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic with a = -0.5. */
function bicubic(signed: number): number {
  const a = -0.5;
  const x = Math.abs(signed);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/** Fixed-point fraction bits of Pillow's 8-bit path (`ImagingResample`). */
const PRECISION_BITS = 32 - 8 - 2;

interface Coefficients {
  first: Int32Array;
  weights: Int32Array[];
}

/** First source pixel and fixed-point weights of `count` output pixels from `start` on. */
function coefficients(
  inSize: number,
  outSize: number,
  kernel: Kernel,
  start: number,
  count: number,
): Coefficients {
  const scale = inSize / outSize;
  const filterScale = Math.max(1, scale);
  const narrowing = 1 / filterScale;
  const support = kernel.support * filterScale;
  const first = new Int32Array(count);
  const weights = Array.from({ length: count }, (_, out) => {
    const center = (start + out + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - support + 0.5));
    const high = Math.min(inSize, Math.trunc(center + support + 0.5));
    first[out] = low;
    const raw = Array.from({ length: high - low }, (_, at) =>
      kernel.weight((at + low - center + 0.5) * narrowing),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return Int32Array.from(raw, (weight) => {
      const normal = total === 0 ? weight : weight / total;
      return Math.trunc(normal * (1 << PRECISION_BITS) + (normal < 0 ? -0.5 : 0.5));
    });
  });
  return { first, weights };
}

/**
 * Resizes exactly as Pillow's `Image.resize` does for 8-bit RGB: filter widened when shrinking (antialias), columns
 * first, then rows, each pass rounded to 8 bits. (Pillow 13 takes rows first where that is cheaper, which can move a pixel
 * by one level; this is the order of all versions before.)
 * @param window the part of the result that is wanted: nothing else is computed or held
 * @throws MediaError where the result or what is between the passes is too large to hold
 */
export function pillowResize(
  image: RgbImage,
  width: number,
  height: number,
  filter: ResampleFilter,
  window: PixelWindow = { left: 0, top: 0, width, height },
): RgbImage {
  if (image.width === width && image.height === height && window.width === width && window.height === height)
    return image;
  assertHoldable(window.width, window.height, 'The resized image');
  if (filter === 'nearest') return nearest(image, width, height, window);
  const kernel = kernels[filter];
  const rows = coefficients(image.height, height, kernel, window.top, window.height);
  const columns = coefficients(image.width, width, kernel, window.left, window.width);
  // Rows of the image that the window's rows are made of.
  const top = rows.first[0];
  const last = rows.first.length - 1;
  const bottom = rows.first[last] + rows.weights[last].length;
  const across = resampleColumns(image, columns, image.width === width, top, bottom);
  if (image.height === height && across.height === window.height) return across;
  const first = rows.first.map((row) => row - top);
  return resampleRows(across, first, rows.weights);
}

/** The rows from `top` to `bottom`; columns that keep their size are only cut out. */
function resampleColumns(
  { data, width }: RgbImage,
  { first, weights }: Coefficients,
  same: boolean,
  top: number,
  bottom: number,
): RgbImage {
  const [outWidth, height] = [first.length, bottom - top];
  if (same && outWidth === width)
    return { data: data.subarray(top * width * 3, bottom * width * 3), width, height };
  assertHoldable(outWidth, height, 'The image, resized across,');
  const out = new Uint8Array(outWidth * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const start = ((top + y) * width + first[x]) * 3 + channel;
        out[(y * outWidth + x) * 3 + channel] = weightedSum(data, start, 3, weights[x]);
      }
    }
  }
  return { data: out, width: outWidth, height };
}

function resampleRows({ data, width }: RgbImage, first: Int32Array, weights: Int32Array[]): RgbImage {
  const height = first.length;
  const stride = width * 3;
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let at = 0; at < stride; at++) {
      out[y * stride + at] = weightedSum(data, first[y] * stride + at, stride, weights[y]);
    }
  }
  return { data: out, width, height };
}

function weightedSum(data: Uint8Array, start: number, stride: number, weights: Int32Array): number {
  let sum = 2 ** (PRECISION_BITS - 1);
  for (let at = 0; at < weights.length; at++) sum += data[start + at * stride] * weights[at];
  return Math.min(255, Math.max(0, Math.floor(sum / 2 ** PRECISION_BITS)));
}

function nearest(image: RgbImage, width: number, height: number, window: PixelWindow): RgbImage {
  const out = new Uint8Array(window.width * window.height * 3);
  for (let y = 0; y < window.height; y++) {
    const fromY = Math.floor(((window.top + y + 0.5) * image.height) / height);
    for (let x = 0; x < window.width; x++) {
      const from = (fromY * image.width + Math.floor(((window.left + x + 0.5) * image.width) / width)) * 3;
      out.set(image.data.subarray(from, from + 3), (y * window.width + x) * 3);
    }
  }
  return { data: out, width: window.width, height: window.height };
}
