import { EngineError } from '@sea-align/core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as sea from '../../index.js';
import { attentionBlock } from '../../test-support/attention-block.js';
import type { Engine } from '../engine.js';
import { tfjsUnderTest } from '../../test-support/tfjs-under-test.js';
import { loadTfjs } from './load-tfjs.js';
import { createTensorflowEngine } from './tensorflow-engine.js';

const { tf } = await loadTfjs(tfjsUnderTest);

let engine: Engine;
let tensorsBefore: number;
beforeAll(async () => {
  engine = await createTensorflowEngine({ backend: tfjsUnderTest });
});
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(async () => {
  await engine.dispose();
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

describe('memory', () => {
  it('holds parameters and constants of a session once, and nothing more after each of many steps', async () => {
    const graph = new sea.Graph();
    const weight = graph.parameter('w', [4, 4]);
    const x = graph.input('x', [2, 4]);
    const loss = sea.sum(sea.gelu(sea.add(sea.linear(x, weight), graph.constant([1, 2, 3, 4]))));
    graph.output('loss', loss);
    graph.output('gradient', sea.gradients(loss, [x])[0]);
    const weights = new sea.MapWeights(
      new Map([['w', { data: new Float32Array(16).fill(0.25), shape: [4, 4], dtype: 'float32' } as const]]),
    );
    const session = await engine.compile(graph, { weights });
    const held = tf.memory();
    expect(held.numTensors).toBeGreaterThan(tensorsBefore + 1);
    for (let step = 0; step < 20; step++) {
      await session.run({ x: new Float32Array(8).fill(step) });
      expect(tf.memory().numTensors).toBe(held.numTensors);
      expect(tf.memory().numBytes).toBe(held.numBytes);
    }
    await session.release();
    expect(tf.memory().numTensors).toBe(tensorsBefore);
  });

  it('keeps the peak low: a chain of 50 operations holds three values at most', async () => {
    const graph = new sea.Graph();
    let value = graph.input('x', [8]);
    for (let i = 0; i < 50; i++) value = sea.tanh(value);
    graph.output('y', value);
    const session = await engine.compile(graph);
    let peak = 0;
    const original = tf.engine().runKernel.bind(tf.engine());
    const spy = vi.spyOn(tf.engine(), 'runKernel').mockImplementation((...kernel) => {
      peak = Math.max(peak, tf.memory().numTensors - tensorsBefore);
      return original(...kernel);
    });
    await session.run({ x: new Float32Array(8) });
    expect(spy).toHaveBeenCalledTimes(50);
    spy.mockRestore();
    expect(peak).toBeLessThanOrEqual(3);
  });

  it('leaves nothing behind after a failing run, and the session still works', async () => {
    const graph = new sea.Graph();
    const ids = graph.input('ids', [2], 'int32');
    const table = graph.input('table', [3, 2]);
    graph.output('y', sea.gather(sea.mul(table, 2), ids));
    const session = await engine.compile(graph, { label: 'lookup' });
    const held = tf.memory().numTensors;
    const feeds = { ids: Int32Array.of(0, 9), table: new Float32Array(6).fill(1) };
    const fault = await session.run(feeds).catch((error: unknown) => error);
    expect(EngineError.isInstance(fault) && fault.message).toMatch(
      /lookup: gather\(float32 \[3, 2\], int32 \[2\]\) failed in TensorFlow.js: .*9/,
    );
    expect(tf.memory().numTensors).toBe(held);
    const { y } = await session.run({ ...feeds, ids: Int32Array.of(0, 2) });
    expect([...(y.data as Float32Array)]).toEqual([2, 2, 2, 2]);
  });

  it('leaves nothing behind after a refused compile', async () => {
    const graph = new sea.Graph();
    graph.output('y', sea.add(sea.mul(graph.parameter('a', [1]), 2), graph.parameter('b', [1])));
    const tensor = { data: Float32Array.of(1), shape: [1], dtype: 'float32' } as const;
    const weights = new sea.MapWeights(new Map([['a', tensor]]));
    await expect(engine.compile(graph, { weights })).rejects.toThrow(/'b' is missing/);
    expect(tf.memory().numTensors).toBe(tensorsBefore);
  });

  it('disposes every session with the engine', async () => {
    const { graph } = attentionBlock();
    await engine.compile(graph);
    await engine.compile(graph);
    expect(tf.memory().numTensors).toBeGreaterThan(tensorsBefore);
    await engine.dispose();
    expect(tf.memory().numTensors).toBe(tensorsBefore);
  });
});

describe('values', () => {
  it('shares no memory with what it is given: fed arrays, weights and results stay apart', async () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2]);
    graph.output('x', sea.reshape(x, [2, 1]));
    graph.output('w', sea.reshape(graph.parameter('w', [2]), [2, 1]));
    const stored = Float32Array.of(5, 6);
    const weights = new sea.MapWeights(
      new Map([['w', { data: stored, shape: [2], dtype: 'float32' } as const]]),
    );
    const session = await engine.compile(graph, { weights });
    stored.fill(0);
    const fed = Float32Array.of(1, 2);
    const first = await session.run({ x: fed });
    fed.fill(0);
    (first.w.data as Float32Array).fill(-1);
    expect([...(first.x.data as Float32Array)]).toEqual([1, 2]);
    const second = await session.run({ x: fed });
    expect([...(second.w.data as Float32Array)]).toEqual([5, 6]);
  });

  it('stretches batch axes of a product on both sides', async () => {
    const graph = new sea.Graph();
    const a = graph.input('a', [2, 1, 1, 1]);
    const b = graph.input('b', [1, 3, 1, 1]);
    graph.output('outer', sea.matmul(a, b));
    const session = await engine.compile(graph);
    const { outer } = await session.run({ a: Float32Array.of(1, 10), b: Float32Array.of(1, 2, 3) });
    expect([...(outer.data as Float32Array)]).toEqual([1, 2, 3, 10, 20, 30]);
  });

  it('takes from a row that holds -Infinity elsewhere, and divides integers towards zero', async () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [1, 3]);
    const n = graph.input('n', [2], 'int32');
    graph.output('picked', sea.takeLast(x, graph.constant([2], [1], 'int32')));
    graph.output('quotient', sea.div(n, graph.constant([2, 2], [2], 'int32')));
    const session = await engine.compile(graph);
    const { picked, quotient } = await session.run({
      x: Float32Array.of(-Infinity, NaN, 4),
      n: Int32Array.of(-7, 7),
    });
    expect([...(picked.data as Float32Array)]).toEqual([4]);
    expect([...(quotient.data as Int32Array)]).toEqual([-3, 3]);
  });

  it('moves half precision and 64-bit integers unchanged, and refuses to compute in them', async () => {
    const graph = new sea.Graph();
    const half = graph.input('half', [2], 'float16');
    const long = graph.input('long', [2], 'int64');
    graph.output('half', sea.reshape(half, [2, 1]));
    graph.output('long', sea.reshape(long, [2, 1]));
    const session = await engine.compile(graph, { label: 'ids' });
    const feeds = { half: Uint16Array.of(0x0001, 0xfbff), long: BigInt64Array.of(-5n, 2n ** 31n - 1n) };
    const results = await session.run(feeds);
    expect(results.half.data).toEqual(feeds.half);
    expect(results.long.data).toEqual(feeds.long);
    await expect(session.run({ ...feeds, long: BigInt64Array.of(0n, 2n ** 31n) })).rejects.toThrow(
      /ids: input "long": the int64 value 2147483648 at index 1 does not fit/,
    );

    graph.output('sum', sea.add(half, half));
    await expect(engine.compile(graph)).rejects.toThrow(/add gives float16/);
    const double = new sea.Graph();
    double.output('y', sea.mul(double.input('x', [1], 'float64'), 2));
    await expect(engine.compile(double)).rejects.toThrow(/float64/);
  });
});

it('prints no advertisement on first use', async () => {
  const warn = vi.spyOn(console, 'warn');
  const graph = new sea.Graph();
  graph.output('y', sea.neg(graph.input('x', [1])));
  await (await engine.compile(graph)).run({ x: Float32Array.of(1) });
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
