import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrtEngine } from '../engines/onnxruntime/ort-engine.js';
import * as sea from '../index.js';

/** Half a unit in the last place of float16's 11 bits: the largest relative error of rounding to it. */
const rounding = 2 ** -11;

const [rows, inner, columns] = [5, 96, 24];

/** The CPU, or the GPU of onnxruntime-gpu.test.ts. */
const device = process.env.SEA_TEST_GPU ?? 'cpu';

describe('products with half-precision weights in float16', () => {
  // Without half-precision kernels, ONNX Runtime's CPU provider rounds operands and results to float16 and sums in float32: as cuBLAS.
  let half: sea.Engine;
  let reference: sea.Engine;
  beforeAll(async () => {
    half = await OrtEngine.create({ backend: 'onnxruntime-node', device, threads: 2, precision: 'float16' });
    reference = await sea.createEngine({ engine: 'reference' });
  });
  afterAll(() => Promise.all([half.dispose(), reference.dispose()]));

  /** y = x Wᵀ + b, and z = (x Wᵀ + b) V. */
  function network(dtype: 'float16' | 'bfloat16' | 'float32'): sea.Graph {
    const graph = new sea.Graph();
    const x = graph.input('x', [rows, inner]);
    const wide = (name: string, shape: number[]) => sea.cast(graph.parameter(name, shape, dtype), 'float32');
    const y = sea.linear(x, wide('w', [columns, inner]), wide('b', [columns]));
    graph.output('y', y);
    graph.output('z', sea.matmul(y, wide('v', [columns, 16])));
    return graph;
  }

  function weightsOf(dtype: 'float16' | 'bfloat16' | 'float32'): sea.MapWeights {
    const rng = new Rng('narrow product');
    const values = (shape: number[]): sea.HostTensor => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      // Three significant bits, which both narrow types hold exactly: what is compared is the product.
      const data = Float32Array.from(
        { length: size },
        () => (1 + rng.int(7)) * 2 ** -(2 + rng.int(6)) * (rng.int(2) ? 1 : -1),
      );
      return dtype === 'float32' ? { data, shape, dtype } : sea.fromFloat32(data, shape, dtype);
    };
    return new sea.MapWeights(
      new Map([
        ['w', values([columns, inner])],
        ['b', values([columns])],
        ['v', values([columns, 16])],
      ]),
    );
  }

  const run = async (
    engine: sea.Engine,
    graph: sea.Graph,
    weights: sea.MapWeights,
    x: Float32Array,
  ): Promise<Record<string, Float32Array>> => {
    const session = await engine.compile(graph, { weights });
    const outputs = await session.run({ x });
    await session.release();
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
    );
  };

  it.each(['float16', 'bfloat16'] as const)('round %s no worse than float16 must', async (dtype) => {
    const rng = new Rng('rows');
    const x = Float32Array.from({ length: rows * inner }, () => rng.normal());
    const [ours, truth] = [
      await run(half, network(dtype), weightsOf(dtype), x),
      await run(reference, network(dtype), weightsOf(dtype), x),
    ];
    const w = sea.toFloat32(weightsOf(dtype).get('w'))!;
    let inexact = 0;
    truth.y.forEach((value, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      // Each factor of x is rounded once, the sum once.
      let magnitude = 0;
      for (let k = 0; k < inner; k++) magnitude += Math.abs(x[row * inner + k] * w[column * inner + k]);
      const error = Math.abs(ours.y[at] - value);
      expect(error).toBeLessThan(2.1 * rounding * magnitude);
      if (error > 1e-5 * magnitude) inexact++;
    });
    // It was computed in float16, not widened first.
    expect(inexact).toBeGreaterThan(truth.y.length / 4);
  });

  it('leave weights stored in float32 alone', async () => {
    const rng = new Rng('rows');
    const x = Float32Array.from({ length: rows * inner }, () => rng.normal());
    const [ours, truth] = [
      await run(half, network('float32'), weightsOf('float32'), x),
      await run(reference, network('float32'), weightsOf('float32'), x),
    ];
    truth.z.forEach((value, at) => expect(ours.z[at]).toBeCloseTo(value, 3));
    truth.y.forEach((value, at) => expect(Math.abs(ours.y[at] - value)).toBeLessThan(2e-5));
  });

  it('keep gradients that float16 cannot hold, and activations beyond its end', async () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [4, inner]);
    const wide = (name: string, shape: number[]) =>
      sea.cast(graph.parameter(name, shape, 'float16'), 'float32');
    const scale = graph.constant([1e-9, 1, 1e6, 0], [4, 1]);
    // Row by row the loss weighs very differently, and so do the gradients that flow through both products.
    const hidden = sea.linear(x, wide('w', [columns, inner]));
    const output = sea.mul(sea.matmul(hidden, wide('v', [columns, 16])), scale);
    graph.output('y', output);
    graph.output('dx', sea.gradients(sea.sum(sea.mul(output, output)), [x])[0]);
    const rng = new Rng('gradient rows');
    // The third row overflows float16 as it is.
    const data = Float32Array.from(
      { length: 4 * inner },
      (_, at) => rng.normal() * (Math.floor(at / inner) === 2 ? 1e6 : 1),
    );
    const weights = weightsOf('float16');
    const [ours, truth] = [await run(half, graph, weights, data), await run(reference, graph, weights, data)];
    for (let row = 0; row < 3; row++) {
      const part = (values: Float32Array) => Array.from(values.subarray(row * inner, (row + 1) * inner));
      const [got, expected] = [part(ours.dx), part(truth.dx)];
      const norm = Math.hypot(...expected);
      expect(Math.hypot(...got.map((value, at) => value - expected[at])) / norm).toBeLessThan(4 * rounding);
      expect(norm).toBeGreaterThan(0);
    }
    expect(ours.dx.subarray(3 * inner).every((value) => value === 0)).toBe(true);
    // What narrowing without scaling would have made of them.
    expect(Math.max(...truth.dx.subarray(0, inner).map(Math.abs))).toBeLessThan(2 ** -25);
    expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(65504);
  });

  it('pass NaN on', async () => {
    const x = new Float32Array(rows * inner).fill(0.5);
    x[inner] = NaN;
    const { y } = await run(half, network('float16'), weightsOf('float16'), x);
    expect(y.subarray(columns, 2 * columns).every(Number.isNaN)).toBe(true);
    expect(y.subarray(0, columns).every(Number.isFinite)).toBe(true);
  });
});

describe('the precision of an engine', () => {
  it('is float32 on the CPU unless asked for, and is said where it is not', async () => {
    const make = (precision?: 'auto' | 'float32' | 'float16') =>
      OrtEngine.create({ backend: 'onnxruntime-node', device: 'cpu', threads: 1, precision });
    expect((await make()).precision).toBe('float32');
    expect((await make('auto')).describe()).not.toContain('float16');
    expect((await make('float16')).describe()).toContain('half-precision weights multiplied in float16');
  });
});
