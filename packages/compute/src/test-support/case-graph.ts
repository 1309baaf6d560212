import { Rng } from '@sea-align/core';
import { Graph, gradients, mul, sum, type Tensor, type TypedArray } from '../index.js';
import { sizeOf } from '../graph/shape.js';
import type { Draw, OpCase } from './op-cases.js';

export interface CaseGraph {
  readonly graph: Graph;
  /** Names of the inputs that are differentiated; output `d:NAME` is the gradient of output `loss`. */
  readonly differentiated: readonly string[];
  readonly feeds: Record<string, TypedArray>;
}

/**
 * A graph of one operation: output `y`, the scalar `loss` = sum of y times fixed random factors, and the loss's gradient
 * with respect to every floating operand.
 */
export function caseGraph(opCase: OpCase, dtype: 'float32' | 'float64', seed: number): CaseGraph {
  const rng = new Rng(seed);
  const graph = new Graph();
  const feeds: Record<string, TypedArray> = {};
  const differentiated: Tensor[] = [];
  const operands = opCase.operands.map(({ shape, draw }, at) => {
    const floating = typeof draw === 'string' && draw !== 'bool';
    const operandType = floating ? dtype : draw === 'bool' ? 'bool' : 'int32';
    const tensor = graph.input(`x${at}`, shape, operandType);
    const values = drawValues(draw, sizeOf(shape), rng);
    if (floating) differentiated.push(tensor);
    feeds[`x${at}`] = floating
      ? dtype === 'float64'
        ? Float64Array.from(values)
        : Float32Array.from(values)
      : draw === 'bool'
        ? Uint8Array.from(values)
        : Int32Array.from(values);
    return tensor;
  });
  const y = opCase.build(operands);
  const factors = Array.from({ length: sizeOf(y.shape) }, () => rng.uniform() * 2 - 1);
  const loss = sum(mul(y, graph.constant(factors, y.shape, y.dtype)));
  graph.output('y', y);
  graph.output('loss', loss);
  gradients(loss, differentiated).forEach((grad, at) => graph.output(`d:${differentiated[at].name}`, grad));
  return { graph, feeds, differentiated: differentiated.map(({ name }) => name!) };
}

function drawValues(draw: Draw, count: number, rng: Rng): number[] {
  const each = (of: (index: number) => number) => Array.from({ length: count }, (_, index) => of(index));
  if (typeof draw === 'object') return each(() => rng.int(draw.below));
  switch (draw) {
    case 'normal':
      return each(() => rng.normal());
    case 'positive':
      return each(() => 0.5 + 2 * rng.uniform());
    case 'bool':
      return each(() => rng.int(2));
    case 'apart':
      return rng.shuffle(each((index) => (index - Math.floor(count / 2)) * 0.2 + 0.1));
    case 'between':
      return rng.shuffle(each((index) => (index - Math.floor(count / 2)) * 0.2));
  }
}
