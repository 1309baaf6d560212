import { describe, expect, it } from 'vitest';
import { figure, markdownTable } from './bench-report.js';
import { interleave } from './interleaved.js';
import { median, slope } from './statistics.js';

describe('median', () => {
  it('is the middle of an odd number of values, the mean of the middle two of an even number', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 5, 7])).toBe(6);
    expect(median([10, 9])).toBe(9.5);
  });
});

describe('slope', () => {
  const line = [0, 1, 2, 3, 4].map((x) => [x, 1 + 2 * x] as const);

  it('is that of a line, and stays when one point jumps', () => {
    expect(slope(line)).toBe(2);
    expect(slope([...line.slice(0, 4), [4, 1000]])).toBe(2);
  });

  it('is the median of the slopes between all pairs', () => {
    // (0,0) (1,3) (2,4): slopes 3, 2 and 1
    expect(slope([[0, 0], [1, 3], [2, 4]])).toBe(2); // prettier-ignore
  });
});

describe('interleave', () => {
  it('takes turns after one unmeasured run each, and compares medians with the first', async () => {
    const order: string[] = [];
    let clock = 0;
    const contestant = (name: string, millis: number[]) => ({
      name,
      run: async () => {
        order.push(name);
        clock += millis.shift() ?? 0;
      },
    });
    // The first run of each is warm-up: 1000 must not count.
    const timings = await interleave([contestant('slow', [1000, 30, 40, 20]), contestant('fast', [1000, 10, 15, 50])], 3, () => clock); // prettier-ignore
    expect(order.join(' ')).toBe('slow fast slow fast slow fast slow fast');
    expect(timings[0]).toEqual({ name: 'slow', repeats: [30, 40, 20], median: 30, speedup: 1 });
    expect(timings[1]).toEqual({ name: 'fast', repeats: [10, 15, 50], median: 15, speedup: 2 });
  });
});

describe('markdownTable', () => {
  it('lines up figures to the right and escapes bars', () => {
    expect(markdownTable(['what', 'ms'], [['a|b', figure(12.345)]])).toBe(
      '| what | ms |\n| --- | ---: |\n| a\\|b | 12.3 |',
    );
  });
});
