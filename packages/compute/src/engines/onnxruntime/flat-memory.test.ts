import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as sea from '../../index.js';
import type { OrtBackendName } from './ort-library.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const mebibyte = 2 ** 20;
/** Every run feeds and returns this much, so that a leak of any of it shows at once. */
const elements = mebibyte / 4;

/** Resident memory after garbage collection, in bytes. Finalisers of array buffers run between turns of the event loop. */
async function residentBytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().rss;
}

/**
 * The smallest growth of resident memory over `rounds` calls of `work`, in bytes. What leaks grows in every round; a heap that takes
 * its next step, or a collector that puts work off, grows in one and not in the next.
 */
async function steadyGrowth(rounds: number, work: () => Promise<void>): Promise<number> {
  await work();
  let smallest = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = await residentBytes();
    await work();
    smallest = Math.min(smallest, (await residentBytes()) - before);
  }
  return smallest;
}

describe.each<OrtBackendName>(['onnxruntime-node', 'onnxruntime-web'])('memory of %s', (backend) => {
  it('stays flat over hundreds of runs', async () => {
    const engine = await sea.createEngine({ backend, threads: 1 });
    const graph = new sea.Graph();
    const x = graph.input('x', [elements]);
    graph.output('loss', sea.mean(sea.mul(x, x)));
    graph.output('grad', sea.gradients(graph.outputs.get('loss')!, [x])[0]);
    const session = await engine.compile(graph);
    const hundredRuns = async () => {
      for (let at = 0; at < 100; at++) await session.run({ x: new Float32Array(elements).fill(at) });
    };
    // A round feeds 100 MiB and returns 100 MiB.
    expect(await steadyGrowth(4, hundredRuns)).toBeLessThan(24 * mebibyte);
    await engine.dispose();
  });

  it('comes back when sessions are released', async () => {
    const engine = await sea.createEngine({ backend, threads: 1 });
    const weights = new sea.MapWeights(
      new Map([
        ['w', { data: new Float32Array(elements).fill(1), shape: [512, 512], dtype: 'float32' as const }],
      ]),
    );
    const compileAndReleaseFifty = async () => {
      for (let at = 0; at < 50; at++) {
        const graph = new sea.Graph();
        graph.output('y', sea.linear(graph.input('x', [4, 512]), graph.parameter('w', [512, 512])));
        const session = await engine.compile(graph, { weights });
        await session.run({ x: new Float32Array(4 * 512) });
        await session.release();
      }
    };
    // Each of the 50 sessions of a round held at least 1 MiB of weights.
    expect(await steadyGrowth(4, compileAndReleaseFifty)).toBeLessThan(24 * mebibyte);
    await engine.dispose();
  });
});
