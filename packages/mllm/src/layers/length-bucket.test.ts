import { expect, it } from 'vitest';
import { nextRung, roundUp } from './length-bucket.js';

it('rounds up to multiples, at least one', () => {
  expect([0, 1, 16, 17].map((length) => roundUp(length, 16))).toEqual([16, 16, 16, 32]);
});

it('has few rungs, each at least as long as asked for', () => {
  const rungs = new Set(Array.from({ length: 900 }, (_, length) => nextRung(length)));
  expect([...rungs]).toEqual([16, 32, 64, 96, 128, 192, 256, 384, 512, 640, 768, 896, 1024]);
  for (let length = 0; length < 900; length++) expect(nextRung(length)).toBeGreaterThanOrEqual(length);
});
