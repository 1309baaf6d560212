/** Loudness of a mono sound. */
export interface Loudness {
  /** Integrated loudness, LUFS; -Infinity for silence. */
  readonly lufs: number;
  /** Largest sample, dB relative to full scale (no oversampling); -Infinity for silence. */
  readonly peakDbfs: number;
}

/**
 * Integrated loudness of ITU-R BS.1770-5 for one channel: K-weighting, blocks of 400 ms that overlap by 75 %, gates at
 * -70 LUFS and at 10 LU below the mean of what is left. A sound shorter than one block is one block.
 */
export function measureLoudness(samples: Float32Array, sampleRate: number): Loudness {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const powers = blockPowers(kWeighted(samples, sampleRate), sampleRate);
  const loud = powers.filter((power) => toLufs(power) > -70);
  const relativeGate = toLufs(mean(loud)) - 10;
  const lufs = toLufs(mean(loud.filter((power) => toLufs(power) > relativeGate)));
  return { lufs, peakDbfs: 20 * Math.log10(peak) };
}

export interface LoudnessTarget {
  /** Integrated loudness to reach, LUFS (BS.1770). */
  targetLufs: number;
  /** The largest sample is not raised above this, dBFS; the sound is then softer than the target. */
  peakLimitDbfs: number;
}

/** What was done to a sound's loudness; all values rounded to 0.01 dB. */
export interface LoudnessRecord {
  readonly targetLufs: number;
  readonly gainDb: number;
  /** Whether the peak limit kept the sound below the target. */
  readonly limitedByPeak: boolean;
  readonly before: Loudness;
  readonly after: Loudness;
}

/** One constant gain over the whole sound, so that it gets the wanted loudness; no compression, no limiter. */
export function normaliseLoudness(
  samples: Float32Array,
  sampleRate: number,
  { targetLufs, peakLimitDbfs }: LoudnessTarget,
): { samples: Float32Array; record: LoudnessRecord } {
  const before = measureLoudness(samples, sampleRate);
  const wanted = targetLufs - before.lufs;
  const room = peakLimitDbfs - before.peakDbfs;
  const gainDb = Number.isFinite(wanted) ? Math.min(wanted, room) : 0;
  const gain = 10 ** (gainDb / 20);
  const raised = samples.map((sample) => sample * gain);
  const record = {
    targetLufs,
    gainDb: hundredths(gainDb),
    limitedByPeak: room < wanted,
    before: rounded(before),
    after: rounded(measureLoudness(raised, sampleRate)),
  };
  return { samples: raised, record };
}

function rounded({ lufs, peakDbfs }: Loudness): Loudness {
  return { lufs: hundredths(lufs), peakDbfs: hundredths(peakDbfs) };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function toLufs(power: number): number {
  return -0.691 + 10 * Math.log10(power);
}

/** 0 for an empty list. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function blockPowers(weighted: Float64Array, sampleRate: number): number[] {
  const block = Math.min(Math.round(0.4 * sampleRate), weighted.length);
  const step = Math.max(1, Math.round(0.1 * sampleRate));
  const powers: number[] = [];
  for (let start = 0; block > 0 && start + block <= weighted.length; start += step) {
    let sum = 0;
    for (let i = start; i < start + block; i++) sum += weighted[i] * weighted[i];
    powers.push(sum / block);
  }
  return powers;
}

/**
 * The two filters of BS.1770, Annex 1: a shelf for the head, then a high pass. The Recommendation gives
 * coefficients for 48 kHz only; these are the analogue prototypes behind them (De Man, "Evaluation of
 * Implementations of the EBU R128 Loudness Measurement", 2018), brought to any rate by the bilinear transform.
 */
function kWeighted(samples: Float32Array, sampleRate: number): Float64Array {
  const shelf = Math.tan((Math.PI * 1681.974450955533) / sampleRate);
  const shelfQ = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const shelved = biquad(
    samples,
    [
      high + (band * shelf) / shelfQ + shelf ** 2,
      2 * (shelf ** 2 - high),
      high - (band * shelf) / shelfQ + shelf ** 2,
    ],
    [1 + shelf / shelfQ + shelf ** 2, 2 * (shelf ** 2 - 1), 1 - shelf / shelfQ + shelf ** 2],
  );
  const pass = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const passQ = 0.5003270373238773;
  const denominator = [
    1 + pass / passQ + pass ** 2,
    2 * (pass ** 2 - 1),
    1 - pass / passQ + pass ** 2,
  ] as const;
  // The numerator is [1, -2, 1], not divided by the denominator's first coefficient: so it stands in the
  // Recommendation.
  return biquad(shelved, [denominator[0], -2 * denominator[0], denominator[0]], denominator);
}

type Coefficients = readonly [number, number, number];

/** y[n] = (b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]) / a0 */
function biquad(
  input: ArrayLike<number>,
  [b0, b1, b2]: Coefficients,
  [a0, a1, a2]: Coefficients,
): Float64Array {
  const output = new Float64Array(input.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let n = 0; n < input.length; n++) {
    const x = input[n];
    const y = (b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2) / a0;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    output[n] = y;
  }
  return output;
}
