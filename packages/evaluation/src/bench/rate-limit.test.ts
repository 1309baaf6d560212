import { expect, it } from 'vitest';
import { RateLimit } from './rate-limit.js';

it('spreads requests evenly over the minute, also those that are sent together', async () => {
  let now = 0;
  const sleeps: number[] = [];
  const limit = new RateLimit(
    30,
    () => now,
    (ms) => {
      sleeps.push(ms);
      now += ms;
      return Promise.resolve();
    },
  );
  await limit.wait();
  await limit.wait();
  await limit.wait(3);
  await limit.wait();
  // 30 a minute: one in 2 s; three of them take 6 s.
  expect(sleeps).toEqual([2000, 2000, 6000]);
  now += 60_000;
  await limit.wait();
  expect(sleeps).toHaveLength(3);
});

it('without a limit nothing waits; a limit of nothing is none', async () => {
  await new RateLimit(undefined).wait(1e9);
  expect(() => new RateLimit(0)).toThrow(RangeError);
});
