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

/** First source pixel and fixed-point weights of every output pixel. */
function coefficients(
  inSize: number,
  outSize: number,
  kernel: Kernel,
): { first: Int32Array; weights: Int32Array[] } {
  const scale = inSize / outSize;
  const filterScale = Math.max(1, scale);
  const narrowing = 1 / filterScale;
  const support = kernel.support * filterScale;
  const first = new Int32Array(outSize);
  const weights = Array.from({ length: outSize }, (_, out) => {
    const center = (out + 0.5) * scale;
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
 */
export function pillowResize(
  image: RgbImage,
  width: number,
  height: number,
  filter: ResampleFilter,
): RgbImage {
  if (image.width === width && image.height === height) return image;
  if (filter === 'nearest') return nearest(image, width, height);
  const kernel = kernels[filter];
  const across = image.width === width ? image : resampleColumns(image, width, kernel);
  return image.height === height ? across : resampleRows(across, height, kernel);
}

function resampleColumns({ data, width, height }: RgbImage, outWidth: number, kernel: Kernel): RgbImage {
  const { first, weights } = coefficients(width, outWidth, kernel);
  const out = new Uint8Array(outWidth * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const start = (y * width + first[x]) * 3 + channel;
        out[(y * outWidth + x) * 3 + channel] = weightedSum(data, start, 3, weights[x]);
      }
    }
  }
  return { data: out, width: outWidth, height };
}

function resampleRows({ data, width, height }: RgbImage, outHeight: number, kernel: Kernel): RgbImage {
  const { first, weights } = coefficients(height, outHeight, kernel);
  const stride = width * 3;
  const out = new Uint8Array(stride * outHeight);
  for (let y = 0; y < outHeight; y++) {
    for (let at = 0; at < stride; at++) {
      out[y * stride + at] = weightedSum(data, first[y] * stride + at, stride, weights[y]);
    }
  }
  return { data: out, width, height: outHeight };
}

function weightedSum(data: Uint8Array, start: number, stride: number, weights: Int32Array): number {
  let sum = 2 ** (PRECISION_BITS - 1);
  for (let at = 0; at < weights.length; at++) sum += data[start + at * stride] * weights[at];
  return Math.min(255, Math.max(0, Math.floor(sum / 2 ** PRECISION_BITS)));
}

function nearest({ data, width, height }: RgbImage, outWidth: number, outHeight: number): RgbImage {
  const out = new Uint8Array(outWidth * outHeight * 3);
  for (let y = 0; y < outHeight; y++) {
    const fromY = Math.floor(((y + 0.5) * height) / outHeight);
    for (let x = 0; x < outWidth; x++) {
      const from = (fromY * width + Math.floor(((x + 0.5) * width) / outWidth)) * 3;
      out.set(data.subarray(from, from + 3), (y * outWidth + x) * 3);
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}
