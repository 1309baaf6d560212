import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReferenceEngine } from '../engines/reference/reference-engine.js';
import type { OpName } from '../ops/attributes.js';
import { opDefinitions } from '../ops/registry.js';
import { caseGraph } from '../test-support/case-graph.js';
import { opCases } from '../test-support/op-cases.js';

const step = 1e-5;
/** Central differences in float64 are good to about step² plus 1e-16 / step. */
const tolerance = 1e-7;

const engine = new ReferenceEngine();

describe('gradients against central differences in float64', () => {
  const names = Object.keys(opCases) as OpName[];

  it('covers every operation', () => {
    expect(names.sort()).toEqual(Object.keys(opDefinitions).sort());
  });

  it.each(names)('%s', async (op) => {
    await fc.assert(
      fc.asyncProperty(opCases[op], fc.nat(), async (opCase, seed) => {
        const { graph, feeds, differentiated } = caseGraph(opCase, 'float64', seed);
        const session = await engine.compile(graph);
        const results = await session.run(feeds);
        const lossAt = async (name: string, element: number, delta: number) => {
          const moved = Float64Array.from(feeds[name] as Float64Array);
          moved[element] += delta;
          return Number((await session.run({ ...feeds, [name]: moved })).loss.data[0]);
        };
        for (const name of differentiated) {
          const gradient = results[`d:${name}`].data as Float64Array;
          expect(gradient.length).toBe(feeds[name].length);
          for (let element = 0; element < gradient.length; element++) {
            const numeric =
              ((await lossAt(name, element, step)) - (await lossAt(name, element, -step))) / (2 * step);
            const error = Math.abs(gradient[element] - numeric) / Math.max(1, Math.abs(numeric));
            expect(error, `${name}[${element}]: ${gradient[element]} against ${numeric}`).toBeLessThan(
              tolerance,
            );
          }
        }
      }),
      { numRuns: 25, seed: 20 },
    );
  });
});
