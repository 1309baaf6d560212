import { describe, expect, it } from 'vitest';
import { ReferenceEngine } from '../engines/reference/reference-engine.js';
import * as sea from '../index.js';

async function evaluate(
  graph: sea.Graph,
  feeds: Record<string, sea.TypedArray>,
): Promise<Record<string, number[]>> {
  const results = await (await new ReferenceEngine().compile(graph)).run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as ArrayLike<number>)]),
  );
}

describe('gradients', () => {
  it('of x² y in x and y, worked by hand', async () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2], 'float64');
    const y = graph.input('y', [], 'float64');
    const loss = sea.sum(sea.mul(sea.mul(x, x), y));
    sea.gradients(loss, [x, y]).forEach((grad, at) => graph.output(`d${at}`, grad));
    const results = await evaluate(graph, { x: Float64Array.of(3, -1), y: Float64Array.of(5) });
    // d/dx = 2xy, d/dy = Σ x²
    expect(results).toEqual({ d0: [30, -10], d1: [10] });
  });

  it('reach intermediate tensors, and the loss itself', async () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2], 'float64');
    const doubled = sea.mul(x, 2);
    const loss = sea.sum(sea.mul(doubled, doubled));
    const [toX, toDoubled, toLoss] = sea.gradients(loss, [x, doubled, loss]);
    graph.output('x', toX);
    graph.output('doubled', toDoubled);
    graph.output('loss', toLoss);
    expect(await evaluate(graph, { x: Float64Array.of(1, 3) })).toEqual({
      x: [8, 24],
      doubled: [4, 12],
      loss: [1],
    });
  });

  it('are zeros of the right shape where there is no path', async () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [1], 'float64');
    const other = graph.input('other', [2, 1], 'float64');
    const [grad] = sea.gradients(sea.sum(x), [other]);
    graph.output('grad', grad);
    expect(grad.shape).toEqual([2, 1]);
    expect(await evaluate(graph, { x: Float64Array.of(1), other: Float64Array.of(1, 2) })).toEqual({
      grad: [0, 0],
    });
  });

  it('differentiate only what leads to a wrt', () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2, 2]);
    const frozen = graph.input('frozen', [2, 2]);
    const loss = sea.sum(sea.linear(sea.linear(x, sea.exp(frozen)), frozen));
    const before = graph.nodes.length;
    sea.gradients(loss, [x]);
    const added = graph.nodes.slice(before).map(({ op }) => op);
    // Two products of the gradient with the weights; none with activations, no gradient of exp.
    expect(added.filter((op) => op === 'matmul').length).toBe(2);
    expect(added).not.toContain('mul');
  });

  it('share the gradient between equal maxima', async () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [3], 'float64');
    const y = graph.input('y', [3], 'float64');
    const [ofMax] = sea.gradients(sea.max(x), [x]);
    const [ofMaximum, ofOther] = sea.gradients(sea.sum(sea.maximum(x, y)), [x, y]);
    graph.output('max', ofMax);
    graph.output('maximum', ofMaximum);
    graph.output('other', ofOther);
    const feeds = { x: Float64Array.of(2, 2, 1), y: Float64Array.of(2, 0, 5) };
    expect(await evaluate(graph, feeds)).toEqual({
      max: [0.5, 0.5, 0],
      maximum: [0.5, 1, 0],
      other: [0.5, 0, 1],
    });
  });

  it('join the pieces of a tensor that was sliced up, instead of padding each', () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2, 6]);
    const parts = [sea.slice(x, 1, 4, 6), sea.slice(x, 1, 0, 1), sea.slice(x, 1, 1, 4)];
    const loss = parts.map((part) => sea.sum(sea.exp(part))).reduce((a, b) => sea.add(a, b));
    const [grad] = sea.gradients(loss, [x]);
    expect(grad.source).toMatchObject({ kind: 'operation', node: { op: 'concat' } });
  });

  it('refuse a loss that is no scalar, integers, and operations without a gradient', () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2]);
    const n = graph.input('n', [], 'int32');
    expect(() => sea.gradients(x, [x])).toThrow(/\[2\].*reduce/);
    expect(() => sea.gradients(sea.sum(x), [n])).toThrow(/n is int32/);
    expect(() => sea.gradients(sea.sum(x), [new sea.Graph().input('y', [])])).toThrow(/different graphs/);
  });

  it('stop at comparisons and index operations', async () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2], 'float64');
    const hard = sea.cast(sea.greater(x, 0), 'float64');
    const [grad] = sea.gradients(sea.sum(sea.mul(hard, x)), [x]);
    graph.output('grad', grad);
    expect(await evaluate(graph, { x: Float64Array.of(-3, 4) })).toEqual({ grad: [0, 1] });
  });
});
