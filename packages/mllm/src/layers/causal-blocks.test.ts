import { Graph } from '@sea-align/compute';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { causalBlocks } from './causal-blocks.js';

it('blocks follow one another and hide exactly what a causal window hides', () => {
  const cases = fc.record({
    queries: fc.integer({ min: 1, max: 500 }),
    before: fc.integer({ min: 0, max: 9 }),
    window: fc.constantFrom(3, 200, Infinity),
  });
  fc.assert(
    fc.property(cases, fc.nat(), fc.nat(), ({ queries, before, window }, anyQuery, anyKey) => {
      const blocks = causalBlocks(new Graph(), { queries, before, window });
      expect(blocks.map(({ start }) => start)).toEqual([0, ...blocks.slice(0, -1).map(({ end }) => end)]);
      expect(blocks.at(-1)?.end).toBe(queries);
      const query = anyQuery % queries;
      const key = anyKey % (before + queries);
      const distance = before + query - key;
      const block = blocks.find(({ start, end }) => query >= start && query < end);
      const { source } = block!.mask;
      const mask = source.kind === 'constant' ? source.data : [];
      const hidden = key >= block!.keys || mask[(query - block!.start) * block!.keys + key] !== 0;
      expect(hidden).toBe(distance < 0 || distance >= window);
    }),
    { numRuns: 60 },
  );
});
