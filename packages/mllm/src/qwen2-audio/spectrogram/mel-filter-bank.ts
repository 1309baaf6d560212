/** Triangular filters over frequency bins, each with the run of bins where it is not zero. */
export interface MelFilter {
  readonly firstBin: number;
  readonly weights: Float64Array;
}

/** Slaney's mel scale: linear below 1 kHz, logarithmic above. */
function melOfHertz(hertz: number): number {
  return hertz < 1000 ? (3 * hertz) / 200 : 15 + Math.log(hertz / 1000) * (27 / Math.log(6.4));
}

function hertzOfMel(mel: number): number {
  return mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((Math.log(6.4) / 27) * (mel - 15));
}

/**
 * Filters from 0 Hz to `maxFrequency` of equal area (HF `mel_filter_bank` with `norm="slaney"`, `mel_scale="slaney"`).
 * @param bins frequency bins, evenly from 0 to half the sampling rate
 */
export function melFilterBank(options: {
  filters: number;
  bins: number;
  samplingRate: number;
  maxFrequency: number;
}): MelFilter[] {
  const { filters, bins, samplingRate, maxFrequency } = options;
  const top = melOfHertz(maxFrequency);
  const edges = Float64Array.from({ length: filters + 2 }, (_, at) => hertzOfMel((top * at) / (filters + 1)));
  const frequencies = Float64Array.from({ length: bins }, (_, bin) => (bin * samplingRate) / 2 / (bins - 1));
  return Array.from({ length: filters }, (_, filter) => {
    const [low, centre, high] = edges.subarray(filter, filter + 3);
    const area = 2 / (high - low);
    const heights = frequencies.map((frequency) =>
      Math.max(0, Math.min((frequency - low) / (centre - low), (high - frequency) / (high - centre)) * area),
    );
    const inside = heights.findIndex((height) => height > 0);
    if (inside < 0) return { firstBin: 0, weights: new Float64Array(0) };
    const last = heights.findLastIndex((height) => height > 0);
    return { firstBin: inside, weights: heights.slice(inside, last + 1) };
  });
}
