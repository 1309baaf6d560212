import { expect, it } from 'vitest';
import { MemoryWatch } from './memory-watch.js';

it.runIf(process.platform === 'linux')(
  'sees memory that came and went, and forgets it on reset',
  async () => {
    const watch = new MemoryWatch();
    watch.reset();
    const before = watch.peak()!;
    const size = 200e6;
    await hold(size);
    const peak = watch.peak()!;
    expect(peak.anonymous - before.anonymous).toBeGreaterThan(0.9 * size);
    expect(peak.resident).toBeGreaterThanOrEqual(peak.anonymous);
    expect(peak.mapped).toBeGreaterThan(1e6);
    await watch.close();
  },
);

/** Touched page by page: memory that nobody wrote to is not there yet. */
async function hold(bytes: number): Promise<void> {
  const buffer = new Uint8Array(bytes).fill(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(buffer).toHaveLength(bytes);
}
