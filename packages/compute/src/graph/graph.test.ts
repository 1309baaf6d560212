import { describe, expect, it } from 'vitest';
import * as sea from '../index.js';

describe('Graph', () => {
  it('lists what it holds', () => {
    const graph = new sea.Graph();
    const x = graph.input('x', [2, 3]);
    const w = graph.parameter('w', [4, 3]);
    graph.output('y', sea.mul(sea.linear(x, w), 0.5));
    expect(graph.describe().split('\n')).toEqual([
      'input x: float32 [2, 3]',
      'parameter w: float32 [4, 3]',
      '%2: float32 [2, 4] = linear(x, w)',
      '%4: float32 [2, 4] = mul(%2, 0.5)',
      'output y = %4',
    ]);
    expect(graph.stats()).toEqual({
      inputs: 1,
      parameters: 1,
      constants: 1,
      nodes: 2,
      outputs: 1,
      operations: { linear: 1, mul: 1 },
      parameterElements: 12,
    });
  });

  it('gives one parameter for one name and refuses another shape', () => {
    const graph = new sea.Graph();
    expect(graph.parameter('w', [2])).toBe(graph.parameter('w', [2]));
    expect(() => graph.parameter('w', [3])).toThrow(/"w" is already declared as float32 \[2\]/);
    expect(() => graph.input('w', [2])).toThrow(/"w" is already taken/);
  });

  it('keeps -0 and 0 apart', () => {
    const graph = new sea.Graph();
    expect(graph.constant(0)).toBe(graph.constant(0));
    expect(graph.constant(-0)).not.toBe(graph.constant(0));
  });

  const graph = new sea.Graph();
  const a = graph.input('a', [2, 3]);
  const n = graph.input('n', [2], 'int32');
  it.each<[string, () => unknown, RegExp]>([
    [
      'shapes that do not broadcast',
      () => sea.add(a, graph.constant([1, 2])),
      /add: shapes \[2, 3\] and \[2\]/,
    ],
    ['mixed dtypes', () => sea.mul(a, sea.reshape(n, [2, 1])), /mul: operands are float32 and int32/],
    ['an integer exponent', () => sea.exp(n), /exp: needs a floating dtype, got int32/],
    [
      'inner extents',
      () => sea.matmul(a, a),
      /matmul: inner extents of \[2, 3\] and \[2, 3\] differ \(3 and 2\)/,
    ],
    ['a vector operand', () => sea.matmul(a, graph.constant([1, 2, 3])), /matmul: needs rank >= 2/],
    [
      'a bias of another width',
      () => sea.linear(a, graph.input('w', [4, 3]), graph.constant([1])),
      /bias has shape \[1\], expected \[4\]/,
    ],
    ['an axis outside', () => sea.sum(a, [2]), /sum: axis 2 is outside a tensor of rank 2/],
    ['a shape it does not fill', () => sea.reshape(a, [4]), /reshape: \[2, 3\] does not fill \[4\]/],
    ['an extent that cannot be inferred', () => sea.reshape(a, [4, -1]), /reshape: cannot infer -1/],
    ['no permutation', () => sea.transpose(a, [0, 0]), /transpose: \[0, 0\] is no permutation/],
    ['a slice outside', () => sea.slice(a, 1, 0, 4), /slice: 0..4 is outside axis 1 of \[2, 3\]/],
    ['pieces that do not fit', () => sea.concat([a, graph.constant([1], [1, 1])], 0), /concat: .* differ/],
    ['float indices', () => sea.gather(a, graph.constant([0])), /gather: indices must be int32, not float32/],
    ['a stretch that is none', () => sea.broadcastTo(a, [2, 6]), /broadcast/],
    ['another graph', () => sea.add(a, new sea.Graph().input('b', [2, 3])), /another graph/],
    ['constants that do not fill', () => graph.constant([1, 2, 3], [2]), /3 values do not fill shape \[2\]/],
    ['two names for an output', () => [graph.output('y', a), graph.output('y', a)], /"y" is already defined/],
  ])('refuses %s', (_what, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(sea.GraphError);
  });
});
