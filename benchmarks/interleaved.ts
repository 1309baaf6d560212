import { median } from './statistics.js';

export interface Contestant {
  name: string;
  /** One measured repeat. */
  run: () => Promise<unknown>;
}

export interface Timing {
  name: string;
  /** Milliseconds of each repeat. */
  repeats: number[];
  median: number;
  /** How many times faster than the baseline: its median divided by this one. */
  speedup: number;
}

/**
 * Times contestants in turns, A B C A B C …, so that whatever else the machine does meanwhile hits them alike. Each runs
 * once unmeasured before. The first is the baseline.
 */
export async function interleave(
  contestants: readonly Contestant[],
  repeats: number,
  now: () => number = () => performance.now(),
): Promise<Timing[]> {
  const times = contestants.map((): number[] => []);
  for (const { run } of contestants) await run();
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [index, { run }] of contestants.entries()) {
      const started = now();
      await run();
      times[index].push(now() - started);
    }
  }
  const baseline = median(times[0]);
  return contestants.map(({ name }, index) => ({
    name,
    repeats: times[index],
    median: median(times[index]),
    speedup: baseline / median(times[index]),
  }));
}
