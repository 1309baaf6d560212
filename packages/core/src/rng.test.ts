import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { portableLog } from './portable-log.js';
import { Rng } from './rng.js';

const word = (rng: Rng): number => rng.int(4294967296);
const times = <T>(n: number, draw: () => T): T[] => Array.from({ length: n }, draw);

describe('Rng', () => {
  it('is xoshiro128** (outputs of the reference C code from state 1, 2, 3, 4)', () => {
    const rng = Rng.fromState(JSON.stringify({ path: ['x'], words: [1, 2, 3, 4], spare: null }));
    expect(times(10, () => word(rng))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  // Expected: an independent implementation in Python (hashlib, math.log).
  it('seeds and forks like the Python reference', () => {
    const seeded = new Rng(7);
    expect(times(4, () => word(seeded))).toEqual([2335864355, 2228321608, 2407083995, 1532726675]);
    const forked = new Rng(7).fork('sample-1').fork(2);
    expect(times(4, () => word(forked))).toEqual([2056307808, 854221193, 3277792035, 1795882905]);
  });

  it('draws uniform and normal numbers like the Python reference', () => {
    const uniform = new Rng(7);
    expect(times(3, () => uniform.uniform())).toEqual([
      0.5438608044298109, 0.5604429122572074, 0.9998875247695621,
    ]);
    const normal = new Rng(7);
    const expected = [1.6197123085736043, 2.232064145237005, 0.9431446216297218, 0.207106252869235];
    expected.forEach((value) => expect(normal.normal()).toBeCloseTo(value, 14));
  });

  it('forks do not depend on what was drawn, nor change what is drawn next', () => {
    const fresh = new Rng('seed');
    const used = new Rng('seed');
    times(100, () => used.normal());
    expect(used.fork('a').uniform()).toBe(fresh.fork('a').uniform());
    const left = new Rng('seed');
    const right = new Rng('seed');
    left.fork('b').uniform();
    expect(left.uniform()).toBe(right.uniform());
  });

  it('different labels, orders and nestings give different streams', () => {
    const root = new Rng(1);
    const streams = [
      root,
      root.fork('a'),
      root.fork('b'),
      root.fork('a').fork('b'),
      root.fork('b').fork('a'),
      root.fork('a,b'),
      root.fork('a","b'),
      new Rng('1a'),
    ].map((rng) => rng.uniform());
    expect(new Set(streams).size).toBe(streams.length);
    expect(new Rng(1, 'a', 'b').uniform()).toBe(root.fork('a').fork('b').uniform());
  });

  it('goes on from a saved state, at any point', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.constantFrom('uniform', 'normal', 'int')), (seed, draws) => {
        const rng = new Rng(seed);
        for (const draw of draws) {
          if (draw === 'int') rng.int(10);
          else rng[draw]();
        }
        const restored = Rng.fromState(rng.state());
        expect(times(5, () => restored.normal())).toEqual(times(5, () => rng.normal()));
        expect(restored.fork('x').uniform()).toBe(rng.fork('x').uniform());
      }),
    );
  });

  it.each([
    '',
    '{}',
    'null',
    '{"path":["a"],"words":[0,0,0,0],"spare":null}',
    '{"path":[],"words":[1,2,3,4],"spare":null}',
  ])('refuses %s as a state', (state) => {
    expect(() => Rng.fromState(state)).toThrow('Not a saved random state');
  });

  it('has the moments of its distributions', () => {
    const n = 40_000;
    const rng = new Rng('moments');
    const uniform = times(n, () => rng.uniform());
    const normal = times(n, () => rng.normal());
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / n;
    // Bounds are five standard errors.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(normal))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(mean(normal.map((x) => x ** 3)))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(mean(normal.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
  });

  it('int is unbiased and in range', () => {
    const rng = new Rng('int');
    const counts = [0, 0, 0, 0, 0, 0];
    times(30_000, () => (counts[rng.int(6)] += 1));
    const chiSquare = counts.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0);
    expect(chiSquare).toBeLessThan(25.7); // 5 degrees of freedom, p = 1e-4
    // With 2^32 % n = 2^30, a plain modulo would fall below 2^30 half of the time instead of a third.
    const big = 3 * 2 ** 30;
    const low = times(6000, () => rng.int(big)).filter((value) => value < 2 ** 30).length / 6000;
    expect(low).toBeGreaterThan(0.3);
    expect(low).toBeLessThan(0.37);
    for (const n of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) expect(() => rng.int(n)).toThrow(RangeError);
    expect(() => rng.pick([])).toThrow(RangeError);
  });

  it('shuffle is a permutation, sample a subset without repeats; the list is left alone', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer()), fc.nat(), fc.integer(), (list, k, seed) => {
        const before = [...list];
        const rng = new Rng(seed);
        expect(rng.shuffle(list).sort()).toEqual([...list].sort());
        const sample = rng.sample(list, Math.min(k, list.length));
        expect(new Set(sample).size).toBe(Math.min(k, list.length));
        expect(sample.every((each) => list.includes(each))).toBe(true);
        expect(list).toEqual(before);
      }),
    );
    expect(() => new Rng(1).sample([1, 2], 3)).toThrow(RangeError);
  });

  it('every permutation of three comes up equally often', () => {
    const rng = new Rng('permutations');
    const counts = new Map<string, number>();
    times(6000, () => {
      const key = rng.shuffle(['a', 'b', 'c']).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(6);
    expect(chiSquare).toBeLessThan(25.7);
  });
});

describe('portableLog', () => {
  it('agrees with Math.log', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        const expected = Math.log(x);
        expect(Math.abs(portableLog(x) - expected)).toBeLessThanOrEqual(
          4.5e-16 * Math.max(Math.abs(expected), 1e-3),
        );
      }),
      { numRuns: 2000 },
    );
    expect(portableLog(1)).toBe(0);
  });
});
