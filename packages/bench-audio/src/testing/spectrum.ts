/**
 * Mean power of the frequencies k * sampleRate / size, k = 0 … size / 2: Welch's method, Hann window, segments that
 * overlap by half. `size` is a power of two.
 */
export function meanPower(samples: Float32Array, size: number): Float64Array {
  const power = new Float64Array(size / 2 + 1);
  for (let start = 0; start + size <= samples.length; start += size / 2) {
    const re = Float64Array.from(
      { length: size },
      (_, i) => samples[start + i] * Math.sin((Math.PI * i) / size) ** 2,
    );
    const im = new Float64Array(size);
    transform(re, im);
    for (let k = 0; k < power.length; k++) power[k] += re[k] ** 2 + im[k] ** 2;
  }
  return power;
}

/** Geometric by arithmetic mean of the power between two frequencies (Hz): 1 is flat. */
export function spectralFlatness(
  samples: Float32Array,
  sampleRate: number,
  from: number,
  to: number,
): number {
  const size = 1024;
  const band = [...meanPower(samples, size)].filter((_, k) => {
    const frequency = (k * sampleRate) / size;
    return frequency >= from && frequency <= to;
  });
  const logMean = band.reduce((sum, power) => sum + Math.log(power), 0) / band.length;
  return Math.exp(logMean) / (band.reduce((sum, power) => sum + power, 0) / band.length);
}

/** Discrete Fourier transform in place, radix 2, recursive. */
function transform(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  if (size === 1) return;
  const half = size / 2;
  const part = (values: Float64Array, odd: 0 | 1): Float64Array =>
    Float64Array.from({ length: half }, (_, i) => values[2 * i + odd]);
  const [evenRe, evenIm, oddRe, oddIm] = [part(re, 0), part(im, 0), part(re, 1), part(im, 1)];
  transform(evenRe, evenIm);
  transform(oddRe, oddIm);
  for (let k = 0; k < half; k++) {
    const c = Math.cos((-2 * Math.PI * k) / size);
    const s = Math.sin((-2 * Math.PI * k) / size);
    const r = c * oddRe[k] - s * oddIm[k];
    const i = c * oddIm[k] + s * oddRe[k];
    re[k] = evenRe[k] + r;
    im[k] = evenIm[k] + i;
    re[k + half] = evenRe[k] - r;
    im[k + half] = evenIm[k] - i;
  }
}
