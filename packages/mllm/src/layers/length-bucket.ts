/** The next multiple of `bucket`, at least one bucket. Few shapes mean few compiled sessions. */
export function roundUp(length: number, bucket: number): number {
  return Math.max(1, Math.ceil(length / bucket)) * bucket;
}

const rungs = [16, 32, 64, 96, 128, 192, 256, 384, 512];

/** Beyond the last rung, rungs are that far apart. */
const longStep = 128;

/**
 * The next rung of a ladder of lengths: 16, 32, 64, 96, 128, 192, 256, 384, 512, then every 128. Lengths of any mix fall on few
 * rungs, at the price of some padding.
 */
export function nextRung(length: number): number {
  return rungs.find((rung) => rung >= length) ?? roundUp(length, longStep);
}
