import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Graph, HostTensor, TypedArray } from '../index.js';
import * as sea from '../index.js';
import { ReferenceEngine } from '../engines/reference/reference-engine.js';
import type { OpName } from '../ops/attributes.js';
import { caseGraph } from './case-graph.js';
import { opCases } from './op-cases.js';
import { attentionBlock } from './attention-block.js';

export interface EngineSuiteOptions {
  /** Random cases per operation. Default 8. */
  readonly casesPerOp?: number;
  /** Absolute error granted to operations that the device computes less exactly. */
  readonly granted?: Partial<Record<OpName, number>>;
}

/** Engines compute in float32: `|got - expected| <= absolute + relative * |expected|` against float64. */
const absolute = 2e-5;
const relative = 2e-4;

const reference = new ReferenceEngine();

/** What every engine has to do right; run it from the test file of an engine. */
export function engineSuite(create: () => Promise<Engine>, options: EngineSuiteOptions = {}): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });
  afterAll(async () => {
    await engine?.dispose();
  });

  describe('operations and their gradients equal the float64 reference', () => {
    it.each(Object.keys(opCases) as OpName[])('%s', async (op) => {
      const cases = fc.sample(fc.tuple(opCases[op], fc.nat()), { numRuns: options.casesPerOp ?? 8, seed: 7 });
      for (const [opCase, seed] of cases) {
        const { graph, feeds } = caseGraph(opCase, 'float32', seed);
        const shapes = opCase.operands.map(({ shape }) => `[${shape.join()}]`).join(' ');
        await compare(graph, feeds, `${op} ${shapes} ${opCase.note ?? ''}`, options.granted?.[op]);
      }
    });

    it('an attention block with rotary embedding, embedding table and loss', async () => {
      const { graph, feeds } = attentionBlock();
      await compare(graph, feeds, 'attention block');
    });

    it('softmax under a mask of -1e9, a wholly masked row included', async () => {
      const graph = new sea.Graph();
      const x = graph.input('x', [2, 3]);
      const mask = graph.constant([0, -1e9, 0, -1e9, -1e9, -1e9], [2, 3]);
      graph.output('p', sea.softmax(sea.add(x, mask)));
      const p = (await runOnce(graph, { x: Float32Array.of(1, 5, 1, 0, 0, 0) })).p.data;
      expectClose(p, [0.5, 0, 0.5, 1 / 3, 1 / 3, 1 / 3], 'masked softmax');
    });

    it('scatterAdd of many updates to few rows loses none', async () => {
      const graph = new sea.Graph();
      const count = 4096;
      const indices = graph.input('indices', [count], 'int32');
      graph.output('y', sea.scatterAdd(sea.broadcastTo(graph.constant(1), [count, 8]), indices, 3));
      const which = Int32Array.from({ length: count }, (_, at) => (at % 4 === 0 ? 0 : 2));
      const { y } = await runOnce(graph, { indices: which });
      const row = (value: number) => new Array<number>(8).fill(value);
      expectClose(y.data, [...row(1024), ...row(0), ...row(3072)], 'scatterAdd');
    });
  });

  describe('sessions', () => {
    it('return inputs, constants and twice-named values as outputs, integers and bools too', async () => {
      const graph = new sea.Graph();
      const x = graph.input('x', [2]);
      const n = graph.input('n', [2], 'int32');
      graph.output('same', x);
      graph.output('constant', graph.constant([7, 8]));
      graph.output('twice', sea.mul(x, 2));
      graph.output('again', graph.outputs.get('twice')!);
      graph.output('n', n);
      graph.output('bigger', sea.greater(x, 0));
      const results = await runOnce(graph, { x: Float32Array.of(-1, 3), n: Int32Array.of(4, -5) });
      expect(plain(results)).toEqual({
        same: ['float32', [2], [-1, 3]],
        constant: ['float32', [2], [7, 8]],
        twice: ['float32', [2], [-2, 6]],
        again: ['float32', [2], [-2, 6]],
        n: ['int32', [2], [4, -5]],
        bigger: ['bool', [2], [0, 1]],
      });
      expect(results.same.data).toBeInstanceOf(Float32Array);
      expect(results.n.data).toBeInstanceOf(Int32Array);
      expect(results.bigger.data).toBeInstanceOf(Uint8Array);
    });

    it('bind parameters from the weight source and name a missing or misshapen one', async () => {
      const graph = new sea.Graph();
      const w = graph.parameter('layer.weight', [3, 2]);
      graph.output('y', sea.linear(graph.input('x', [1, 2]), w));
      const tensor = (shape: number[]): HostTensor => ({
        data: Float32Array.of(1, 2, 3, 4, 5, 6),
        shape,
        dtype: 'float32',
      });
      const weights = new sea.MapWeights(new Map([['layer.weight', tensor([3, 2])]]));
      const session = await engine.compile(graph, { weights });
      const { y } = await session.run({ x: Float32Array.of(1, 10) });
      expectClose(y.data, [21, 43, 65], 'x Wᵀ');
      await session.release();
      await expect(engine.compile(graph, { weights: new sea.MapWeights(new Map()) })).rejects.toThrow(
        /layer\.weight/,
      );
      const wrong = new sea.MapWeights(new Map([['layer.weight', tensor([2, 3])]]));
      await expect(engine.compile(graph, { weights: wrong })).rejects.toThrow(
        /layer\.weight.*\[2, 3\].*\[3, 2\]/,
      );
      await expect(engine.compile(graph)).rejects.toThrow(/layer\.weight/);
    });

    it('widen half-precision parameters exactly', async () => {
      const graph = new sea.Graph();
      const half = graph.parameter('half', [3], 'float16');
      const brain = graph.parameter('brain', [3], 'bfloat16');
      const x = graph.input('x', [3]);
      graph.output('half', sea.add(sea.cast(half, 'float32'), x));
      graph.output('brain', sea.add(sea.cast(brain, 'float32'), x));
      const weights = new sea.MapWeights(
        new Map<string, HostTensor>([
          // 1.5, -2, 2^-24 (smallest subnormal); 1.5, -2, 2^100
          ['half', { data: Uint16Array.of(0x3e00, 0xc000, 0x0001), shape: [3], dtype: 'float16' }],
          ['brain', { data: Uint16Array.of(0x3fc0, 0xc000, 0x7180), shape: [3], dtype: 'bfloat16' }],
        ]),
      );
      const session = await engine.compile(graph, { weights });
      const results = await session.run({ x: new Float32Array(3) });
      expect([...(results.half.data as Float32Array)]).toEqual([1.5, -2, 2 ** -24]);
      expect([...(results.brain.data as Float32Array)]).toEqual([1.5, -2, 2 ** 100]);
      await session.release();
    });

    it('refuse feeds that do not fit, naming the input', async () => {
      const graph = new sea.Graph();
      graph.output('y', sea.add(graph.input('left', [2]), graph.input('right', [2])));
      const session = await engine.compile(graph, { label: 'sum' });
      const left = Float32Array.of(1, 2);
      const cases: [Record<string, TypedArray | HostTensor>, RegExp][] = [
        [{ left }, /sum: input "right" is missing/],
        [{ left, right: left, other: left }, /"other" is no input/],
        [{ left, right: new Float32Array(3) }, /"right" has 3 elements, expected 2/],
        [{ left, right: new Int32Array(2) }, /"right" is a Int32Array, expected a Float32Array/],
        [{ left, right: { data: left, shape: [2, 1], dtype: 'float32' } }, /"right" has shape \[2, 1\]/],
        [{ left: new Float32Array(1), right: new Float32Array(3) }, /"left".*"right"/],
      ];
      for (const [feeds, message] of cases) {
        await expect(session.run(feeds)).rejects.toThrow(message);
        await expect(session.run(feeds)).rejects.toMatchObject({ code: 'SEA_ENGINE_FEED' });
      }
      const { y } = await session.run({ left, right: left });
      expectClose(y.data, [2, 4], 'after the refusals');
      await session.release();
    });

    it('answer runs in the order of the calls, and none after the release', async () => {
      const graph = new sea.Graph();
      graph.output('y', sea.mul(graph.input('x', [1]), 3));
      const session = await engine.compile(graph);
      const results = await Promise.all([1, 2, 3].map((value) => session.run({ x: Float32Array.of(value) })));
      expect(results.map(({ y }) => y.data[0])).toEqual([3, 6, 9]);
      await session.release();
      await session.release();
      await expect(session.run({ x: Float32Array.of(1) })).rejects.toThrow(/released/);
    });

    it('answer a run that was called before the release', async () => {
      const graph = new sea.Graph();
      graph.output('y', sea.mul(graph.input('x', [1]), 3));
      const session = await engine.compile(graph);
      const results = [1, 2].map((value) => session.run({ x: Float32Array.of(value) }));
      const releases = [session.release(), session.release()];
      const late = session.run({ x: Float32Array.of(3) });
      await expect(late).rejects.toThrow(/released/);
      expect((await Promise.all(results)).map(({ y }) => y.data[0])).toEqual([3, 6]);
      await Promise.all(releases);
    });

    it('leave earlier results untouched by later runs', async () => {
      const graph = new sea.Graph();
      graph.output('y', sea.mul(graph.input('x', [1]), 3));
      const session = await engine.compile(graph);
      const first = await session.run({ x: Float32Array.of(1) });
      await session.run({ x: Float32Array.of(100) });
      expect(first.y.data[0]).toBe(3);
      await session.release();
    });
  });

  async function runOnce(
    graph: Graph,
    feeds: Record<string, TypedArray>,
  ): Promise<Record<string, HostTensor>> {
    const session = await engine.compile(graph);
    const results = await session.run(feeds);
    await session.release();
    return results;
  }

  async function compare(
    graph: Graph,
    feeds: Record<string, TypedArray>,
    what: string,
    granted = absolute,
  ): Promise<void> {
    const expected = await (await reference.compile(graph)).run(feeds);
    const got = await runOnce(graph, feeds);
    expect(Object.keys(got)).toEqual(Object.keys(expected));
    for (const [name, { data, shape, dtype }] of Object.entries(expected)) {
      expect([got[name].shape, got[name].dtype], `${what}: ${name}`).toEqual([shape, dtype]);
      expectClose(got[name].data, Array.from(data as ArrayLike<number>), `${what}: ${name}`, granted);
    }
  }
}

function plain(results: Record<string, HostTensor>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, shape, dtype }]) => [
      name,
      [dtype, [...shape], Array.from(data as ArrayLike<number>)],
    ]),
  );
}

function expectClose(data: TypedArray, expected: readonly number[], what: string, granted = absolute): void {
  expect(data.length, what).toBe(expected.length);
  expected.forEach((value, at) => {
    const error = Math.abs(Number(data[at]) - value);
    const within = error <= granted + relative * Math.abs(value);
    expect(within, `${what}[${at}]: ${data[at]}, expected ${value}`).toBe(true);
  });
}
