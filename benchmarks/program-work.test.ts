import { Graph, linear, matmul, sum } from '@sea-align/compute';
import { expect, it } from 'vitest';
import { productOperations } from './program-work.js';

it('counts the products that outputs need, by hand', () => {
  const graph = new Graph();
  const x = graph.input('x', [2, 3]);
  const y = linear(x, graph.input('w', [5, 3])); // 2 * 2 * 3 * 5 = 60
  const z = matmul(graph.input('a', [4, 7, 2]), graph.input('b', [4, 7, 6]), { transposeA: true }); // 2 * 4 * 2 * 7 * 6 = 672
  matmul(y, graph.input('unused', [5, 100]));
  graph.output('y', sum(y));
  graph.output('z', z);
  expect(productOperations(graph)).toBe(60 + 672);
});
