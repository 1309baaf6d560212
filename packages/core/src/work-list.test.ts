import fc from 'fast-check';
import { expect, it } from 'vitest';

import { ConfigError } from './errors/config-error.js';
import { pending, shardOf } from './work-list.js';

it('shards by turns, counting from 1', () => {
  expect(shardOf(['a', 'b', 'c', 'd', 'e'], '1/2')).toEqual(['a', 'c', 'e']);
  expect(shardOf(['a', 'b', 'c', 'd', 'e'], '2/2')).toEqual(['b', 'd']);
  expect(shardOf(['a', 'b'], undefined)).toEqual(['a', 'b']);
});

it('every item is in exactly one shard, and shards differ in size by one at most', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.integer({ min: 1, max: 60 }), (size, n) => {
      const items = Array.from({ length: size }, (_, at) => at);
      const shards = Array.from({ length: n }, (_, at) => shardOf(items, `${at + 1}/${n}`));
      expect(shards.flat().sort((a, b) => a - b)).toEqual(items);
      const sizes = shards.map((shard) => shard.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

it.each(['', '1', '0/2', '3/2', '1/0', '-1/2', '1.5/2', '1/2/3', 'a/b', ' 1/2', '01/2'])(
  'refuses the shard "%s"',
  (shard) => {
    expect(() => shardOf([1], shard)).toThrow(ConfigError);
  },
);

it('pending leaves out what is done, keeping order', () => {
  const items = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  expect(pending(items, ['b', 'x'])).toEqual([{ id: 'a' }, { id: 'c' }]);
  expect(pending(items, new Set<string>())).toEqual(items);
});
