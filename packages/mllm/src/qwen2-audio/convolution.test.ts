import { createEngine, Graph, type Engine, type Tensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { averagePairs, convolveTime, convolveTimeByTwo } from './convolution.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime-node' });
});
afterAll(() => engine.dispose());

const media = 2;
const time = 6;
const channels = 3;
const out = 4;
const rng = new Rng('convolution');
const draw = (size: number): Float32Array => Float32Array.from({ length: size }, () => rng.normal());
const x = draw(media * time * channels);
const weight = draw(out * channels * 3);
const bias = draw(out);

async function run(build: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor): Promise<number[]> {
  const graph = new Graph();
  const inputs = [
    graph.input('x', [media, time, channels]),
    graph.input('weight', [out, channels, 3]),
    graph.input('bias', [out]),
  ] as const;
  graph.output('y', build(...inputs));
  const session = await engine.compile(graph);
  const { y } = await session.run({ x, weight, bias }).finally(() => session.release());
  return [...(y.data as Float32Array)];
}

/** The definition, term by term: y[m, t, o] = bias[o] + sum over channel and tap of weight * x at t * stride - 1 + tap. */
function expected(stride: number, frames: number): unknown[] {
  const at = (medium: number, frame: number, channel: number): number =>
    frame < 0 || frame >= time ? 0 : x[(medium * time + frame) * channels + channel];
  const values: unknown[] = [];
  for (let medium = 0; medium < media; medium++)
    for (let frame = 0; frame < frames; frame++)
      for (let o = 0; o < out; o++) {
        let sum = bias[o];
        for (let channel = 0; channel < channels; channel++)
          for (let tap = 0; tap < 3; tap++)
            sum += weight[(o * channels + channel) * 3 + tap] * at(medium, frame * stride - 1 + tap, channel);
        values.push(expect.closeTo(sum, 4));
      }
  return values;
}

describe('convolutions over time', () => {
  it('stride 1, zeros at both edges', async () => {
    const edges = { before: 1, after: 1 };
    expect(await run((...inputs) => convolveTime(...inputs, edges))).toEqual(expected(1, time));
  });

  it('stride 1, the last frame only seen by its neighbour', async () => {
    const edges = { before: 1, after: 0 };
    expect(await run((...inputs) => convolveTime(...inputs, edges))).toEqual(expected(1, time - 1));
  });

  it('stride 2', async () => {
    expect(await run(convolveTimeByTwo)).toEqual(expected(2, time / 2));
  });

  it('average of pairs, an odd frame left over', async () => {
    const graph = new Graph();
    graph.output('y', averagePairs(graph.input('x', [1, 5, 2])));
    const session = await engine.compile(graph);
    const { y } = await session.run({ x: Float32Array.of(1, 2, 3, 6, -1, 0, 5, 4, 100, 100) });
    await session.release();
    expect([y.shape, [...(y.data as Float32Array)]]).toEqual([
      [1, 2, 2],
      [2, 4, 2, 2],
    ]);
  });
});
