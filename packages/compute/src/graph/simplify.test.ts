import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReferenceEngine } from '../engines/reference/reference-engine.js';
import * as sea from '../index.js';
import type { OpName } from '../ops/attributes.js';
import { attentionBlock } from '../test-support/attention-block.js';
import { caseGraph, type CaseGraph } from '../test-support/case-graph.js';
import { opCases } from '../test-support/op-cases.js';
import { liveNodes } from './live-nodes.js';
import { simplify } from './simplify.js';

const engine = new ReferenceEngine();

async function expectSameResults({ graph, feeds }: Pick<CaseGraph, 'graph' | 'feeds'>): Promise<void> {
  const before = await (await engine.compile(graph)).run(feeds);
  const after = await (await engine.compile(simplify(graph))).run(feeds);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, { data, shape, dtype }] of Object.entries(before)) {
    expect([after[name].shape, after[name].dtype]).toEqual([shape, dtype]);
    (data as Float64Array).forEach((value, at) => {
      expect(Math.abs(Number(after[name].data[at]) - value)).toBeLessThanOrEqual(
        1e-12 * (1 + Math.abs(value)),
      );
    });
  }
}

/** Operations that the simplified outputs need, by name. */
function operations(graph: sea.Graph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of liveNodes(simplify(graph)).nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

describe('simplify', () => {
  it.each(Object.keys(opCases) as OpName[])('keeps the results of %s and its gradient', async (op) => {
    for (const [opCase, seed] of fc.sample(fc.tuple(opCases[op], fc.nat()), { numRuns: 10, seed: 3 })) {
      await expectSameResults(caseGraph(opCase, 'float64', seed));
    }
  });

  it('keeps the results of random expressions made of what the rules look for', async () => {
    type Step = (a: sea.Tensor, b: sea.Tensor) => sea.Tensor;
    const list: Step[] = [
      sea.add,
      sea.sub,
      sea.mul,
      (a) => sea.neg(a),
      (a) => sea.mul(a, 3),
      (a) => sea.mul(0.5, a),
      (a) => sea.mul(a, 1),
      (a) => sea.add(a, 0),
      (a) => sea.sub(a, 0),
      (a) => sea.sub(0, a),
      (a) => sea.div(a, 4),
      (a) => sea.div(a, 3),
      (a) => sea.reshape(sea.reshape(a, [6]), [2, 3]),
      (a) => sea.reshape(sea.transpose(sea.reshape(a, [3, 2]), [1, 0]), [2, 3]),
      (a) =>
        sea.transpose(sea.reshape(sea.transpose(sea.reshape(a, [1, 2, 3]), [2, 0, 1]), [3, 1, 2]), [1, 2, 0]),
      (a, b) => sea.add(sea.broadcastTo(sea.sum(a, [0], true), [2, 3]), b),
      (a, b) => sea.mul(b, sea.broadcastTo(sea.mean(a, [1], true), [2, 3])),
      (a) => sea.broadcastTo(sea.broadcastTo(sea.max(a), [3]), [2, 3]),
    ];
    const steps = list.map(
      (step): Step =>
        (a, b) =>
          sea.reshape(step(a, b), [2, 3]),
    );
    const choice = fc.tuple(fc.nat(steps.length - 1), fc.nat(), fc.nat());
    await fc.assert(
      fc.asyncProperty(fc.array(choice, { minLength: 1, maxLength: 12 }), async (choices) => {
        const graph = new sea.Graph();
        const pool = [graph.input('x', [2, 3], 'float64'), graph.input('y', [2, 3], 'float64')];
        for (const [step, a, b] of choices)
          pool.push(steps[step](pool[a % pool.length], pool[b % pool.length]));
        pool.slice(2).forEach((tensor, at) => graph.output(`o${at}`, tensor));
        const feeds = { x: Float64Array.of(1, -2, 3, 0.5, 7, -1), y: Float64Array.of(2, 1, -1, 4, 0.25, -3) };
        await expectSameResults({ graph, feeds });
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('keeps the results of a whole block in fewer operations', async () => {
    const { graph, feeds } = attentionBlock();
    const before = await (await engine.compile(graph)).run(feeds);
    const after = await (await engine.compile(simplify(graph))).run(feeds);
    for (const [name, { data }] of Object.entries(before)) {
      (data as Float32Array).forEach((value, at) =>
        expect(Number(after[name].data[at])).toBeCloseTo(value, 5),
      );
    }
    expect(liveNodes(simplify(graph)).nodes.length).toBeLessThan(liveNodes(graph).nodes.length);
  });

  it('drops dead operations and computes repeated ones once', () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2, 3]);
    sea.exp(x);
    graph.output('y', sea.add(sea.sin(x), sea.sin(x)));
    expect(operations(graph)).toEqual({ sin: 1, add: 1 });
  });

  it('tells operations apart by their attributes', () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2, 2]);
    graph.output('a', sea.sum(x, [0]));
    graph.output('b', sea.sum(x, [1]));
    expect(operations(graph)).toEqual({ sum: 2 });
  });

  it('leaves nothing of operations that change nothing', () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2, 3]);
    const turned = sea.transpose(sea.transpose(x, [1, 0]), [1, 0]);
    const shaped = sea.reshape(sea.reshape(turned, [6]), [2, 3]);
    graph.output('y', sea.neg(sea.neg(sea.add(sea.mul(shaped, 1), 0))));
    expect(operations(graph)).toEqual({});
  });

  it('keeps an addition of zero that stretches', () => {
    const graph = new sea.Graph();
    const zero = graph.constant(0);
    graph.output('y', sea.mul(sea.broadcastTo(zero, [3]), graph.input('x', [3])));
    graph.output('z', sea.add(sea.broadcastTo(graph.input('s', []), [2]), zero));
    expect(operations(graph)).toEqual({ mul: 1, broadcastTo: 1 });
  });

  it('does not stretch what an elementwise operation stretches anyway', () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [4, 3]);
    graph.output('y', sea.mul(sea.broadcastTo(graph.input('s', [1, 3]), [4, 3]), x));
    expect(operations(graph)).toEqual({ mul: 1 });
  });

  it('sums the gradient of attention weights over the width of the values, not over the keys', async () => {
    const graph = new sea.Graph();
    const scores = graph.input('scores', [2, 1, 6, 9], 'float64');
    const values = graph.input('values', [2, 1, 9, 3], 'float64');
    const mixed = sea.matmul(
      sea.reshape(sea.softmax(sea.reshape(scores, [2, 3, 2, 9])), [2, 1, 6, 9]),
      values,
    );
    const loss = sea.sum(sea.mul(mixed, sea.sin(mixed)));
    sea.gradients(loss, [scores, values]).forEach((grad, at) => graph.output(`d${at}`, grad));
    const wave = (size: number) => Float64Array.from({ length: size }, (_, at) => Math.sin(3 * at));
    await expectSameResults({ graph, feeds: { scores: wave(108), values: wave(54) } });
    const summed = liveNodes(simplify(graph)).nodes.filter(({ op }) => op === 'sum');
    expect(summed.map(({ inputs: [x] }) => x.shape.at(-1))).toContain(3);
    expect(summed.map(({ inputs: [x] }) => x.shape.at(-1))).not.toContain(9);
  });

  it('leaves the given graph alone', () => {
    const graph = new sea.Graph();
    graph.output('y', sea.mul(graph.input('x', [2]), 1));
    const listing = graph.describe();
    simplify(graph);
    expect(graph.describe()).toBe(listing);
  });
});
