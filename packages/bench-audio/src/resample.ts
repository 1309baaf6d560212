/** Zero crossings of the sinc on each side; with beta 9 about 90 dB of stop-band attenuation. */
const crossings = 64;
const beta = 9;
/** Pass band as a part of the lower Nyquist frequency: the rest is the filter's slope. */
const passBand = 0.95;

/** How `resample` works, for manifests. */
export const resampleMethod = `sinc, ${crossings} zero crossings, Kaiser window (beta ${beta}), cut at ${passBand} of Nyquist`;

/**
 * Band-limited interpolation to another sample rate: y(t) = sum over n of x[n] h(t - n), h a sinc under a Kaiser
 * window, cut at 0.95 of the lower Nyquist frequency (Smith, "Digital Audio Resampling", 2002). Frequencies that the
 * input does not have stay empty: speech of 16 kHz has nothing above 8 kHz at any rate. The length becomes
 * ceil(length * to / from), the first sample stays where it was.
 *
 * `from` and `to` are whole numbers of Hz.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const up = to / divisor;
  const down = from / divisor;
  const phases = new Map<number, Float64Array>();
  const cut = passBand * Math.min(1, to / from);
  const reach = Math.ceil(crossings / cut);
  const result = new Float32Array(Math.ceil((samples.length * up) / down));
  for (let i = 0; i < result.length; i++) {
    // Output i lies at input position i * down / up = whole + phase / up.
    const whole = Math.floor((i * down) / up);
    const phase = (i * down) % up;
    let taps = phases.get(phase);
    if (taps === undefined) phases.set(phase, (taps = kernel(phase / up, cut, reach)));
    const start = whole - reach + 1;
    let sum = 0;
    for (let k = Math.max(0, -start); k < taps.length && start + k < samples.length; k++) {
      sum += taps[k] * samples[start + k];
    }
    result[i] = sum;
  }
  return result;
}

/** Weights of the inputs at -reach + 1 … reach, seen from the point `fraction` behind input 0; their sum is 1. */
function kernel(fraction: number, cut: number, reach: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * reach }, (_, k) => {
    const distance = k - reach + 1 - fraction;
    const window = besselI0(beta * Math.sqrt(Math.max(0, 1 - (distance / reach) ** 2))) / besselI0(beta);
    return cut * sinc(cut * distance) * window;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
