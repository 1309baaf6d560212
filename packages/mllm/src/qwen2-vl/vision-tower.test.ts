import { Graph, reshape, type Engine, type Tensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEngine } from '../testing/checkpoint.fixture.js';
import { frameAttention } from './frame-attention.js';
import { mergeOrder } from './grid.js';
import { visionRotaryTables } from './vision-rotary.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(() => engine.dispose());

describe('attention within frames', () => {
  const shape = [3, 2, 5, 4];
  const draw = new Rng('frames');
  const values = (): Float32Array => Float32Array.from({ length: 120 }, () => draw.normal());
  const feeds = { query: values(), key: values(), value: values() };

  async function run(maxScores?: number): Promise<number[]> {
    const graph = new Graph();
    const input = (name: string): Tensor => graph.input(name, shape);
    const mixed = frameAttention(input('query'), input('key'), input('value'), maxScores);
    graph.output('mixed', reshape(mixed, [120]));
    const session = await engine.compile(graph, { label: 'frame attention' });
    const outputs = await session.run(feeds);
    await session.release();
    return Array.from(outputs['mixed'].data as Float32Array);
  }

  /** softmax(q kᵀ) v of one frame, head and query. */
  function byHand(frame: number, head: number, query: number): number[] {
    const row = (name: 'query' | 'key' | 'value', patch: number): number[] => {
      const at = ((frame * 2 + head) * 5 + patch) * 4;
      return Array.from(feeds[name].subarray(at, at + 4));
    };
    const weights = [0, 1, 2, 3, 4].map((patch) =>
      Math.exp(row('query', query).reduce((sum, q, c) => sum + q * row('key', patch)[c], 0)),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return [0, 1, 2, 3].map((c) =>
      weights.reduce((sum, weight, patch) => sum + (weight / total) * row('value', patch)[c], 0),
    );
  }

  // All at once; two frames; one frame; three queries of a frame; one query.
  it.each([undefined, 100, 50, 30, 1])('holds at most %s scores', async (maxScores) => {
    const mixed = await run(maxScores);
    for (let frame = 0; frame < 3; frame++) {
      for (let query = 0; query < 5; query++) {
        for (let head = 0; head < 2; head++) {
          const at = ((frame * 5 + query) * 2 + head) * 4;
          byHand(frame, head, query).forEach((value, c) => expect(mixed[at + c]).toBeCloseTo(value, 5));
        }
      }
    }
  });
});

describe('places of patches', () => {
  it('the patches of a token follow each other', () => {
    const order = Array.from(mergeOrder({ t: 1, h: 4, w: 4 }, 2));
    const places = Array.from({ length: 16 }, (_, at) => order.slice(at * 2, at * 2 + 2).join(''));
    expect(places.join(' ')).toBe('00 01 10 11 02 03 12 13 20 21 30 31 22 23 32 33');
  });

  it('rows turn the first and third quarter of a head, columns the others', () => {
    const { cos, sin } = visionRotaryTables({ t: 1, h: 2, w: 4 }, 8, 2);
    // Patch 6 is row 1, column 2; frequencies 1 and 10000^(-1/2) = 0.01.
    const angles = [1, 0.01, 2, 0.02, 1, 0.01, 2, 0.02];
    angles.forEach((angle, channel) => {
      expect(cos[6 * 8 + channel]).toBeCloseTo(Math.cos(angle), 6);
      expect(sin[6 * 8 + channel]).toBeCloseTo(Math.sin(angle), 6);
    });
  });
});
