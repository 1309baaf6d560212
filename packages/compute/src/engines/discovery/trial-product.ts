import { Graph } from '../../graph/graph.js';
import { matmul } from '../../ops/matmul.js';

/** Rows and columns of the matrices: large enough that a software renderer shows by its time. */
export const TRIAL_SIZE = 512;

/** How often the product is timed, after one run that is not. */
export const TRIAL_RUNS = 3;

/**
 * A matrix product whose result is known without computing it: a = u vᵀ and b = p qᵀ give (v·p) u qᵀ. All entries are small
 * whole numbers, so float32, TF32 and even half-precision inputs must give it exactly.
 */
export interface TrialProduct {
  readonly graph: Graph;
  readonly feeds: { readonly a: Float32Array; readonly b: Float32Array };
  readonly expected: Float32Array;
}

export function trialProduct(): TrialProduct {
  const n = TRIAL_SIZE;
  const entry = (factor: number, modulus: number) => (at: number) => ((at * factor) % modulus) - 1;
  const [u, v, p, q] = [entry(1, 4), entry(3, 5), entry(2, 3), entry(5, 4)];
  const outer = (left: (at: number) => number, right: (at: number) => number, scale: number) =>
    Float32Array.from({ length: n * n }, (_, at) => scale * left(Math.floor(at / n)) * right(at % n));
  let inner = 0;
  for (let k = 0; k < n; k++) inner += v(k) * p(k);

  const graph = new Graph();
  graph.output('product', matmul(graph.input('a', [n, n]), graph.input('b', [n, n])));
  return { graph, feeds: { a: outer(u, v, 1), b: outer(p, q, 1) }, expected: outer(u, q, inner) };
}

/** Whether a device's answer is the right one. -0 counts as 0. */
export function isRight(answer: ArrayLike<number>, expected: Float32Array): boolean {
  return answer.length === expected.length && expected.every((value, at) => answer[at] === value);
}
