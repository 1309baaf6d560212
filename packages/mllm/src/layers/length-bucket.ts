/** The next multiple of `bucket`, at least one bucket. Few shapes mean few compiled sessions. */
export function roundUp(length: number, bucket: number): number {
  return Math.max(1, Math.ceil(length / bucket)) * bucket;
}
