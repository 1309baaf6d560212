import { Rng } from '@sea-align/core';
import * as sea from '../index.js';
import { sizeOf } from '../graph/shape.js';
import type { CaseGraph } from './case-graph.js';

const batch = 2;
const tokens = 5;
const heads = 2;
const headWidth = 4;
const width = heads * headWidth;
const vocabulary = 7;

/** A small LLaMA-like block with tied embeddings: most operations at once, with the gradients of all its weights. */
export function attentionBlock(): CaseGraph {
  const rng = new Rng('attention block');
  const graph = new sea.Graph();
  const feeds: Record<string, sea.TypedArray> = {};
  const weights: sea.Tensor[] = [];
  const weight = (name: string, shape: number[]) => {
    feeds[name] = Float32Array.from({ length: sizeOf(shape) }, () => 0.5 * rng.normal());
    const tensor = graph.input(name, shape);
    weights.push(tensor);
    return tensor;
  };
  const ids = graph.input('ids', [batch, tokens], 'int32');
  feeds.ids = Int32Array.from({ length: batch * tokens }, () => rng.int(vocabulary));

  const table = weight('embedding', [vocabulary, width]);
  const embedded = sea.gather(table, ids);
  const normal = sea.rmsNorm(embedded, weight('norm', [width]), 1e-5);
  const split = (x: sea.Tensor) =>
    sea.transpose(sea.reshape(x, [batch, tokens, heads, headWidth]), [0, 2, 1, 3]);
  const angles = Array.from({ length: tokens * headWidth }, (_, at) => {
    const position = Math.floor(at / headWidth);
    return position * 100 ** (-(at % (headWidth / 2)) / headWidth);
  });
  const cosine = graph.constant(angles.map(Math.cos), [tokens, headWidth]);
  const sine = graph.constant(angles.map(Math.sin), [tokens, headWidth]);
  const rotate = (x: sea.Tensor) => {
    const swapped = sea.concat(
      [sea.neg(sea.slice(x, -1, headWidth / 2)), sea.slice(x, -1, 0, headWidth / 2)],
      -1,
    );
    return sea.add(sea.mul(x, cosine), sea.mul(swapped, sine));
  };
  const query = rotate(split(sea.linear(normal, weight('q', [width, width]), weight('q.bias', [width]))));
  const key = rotate(split(sea.linear(normal, weight('k', [width, width]))));
  const value = split(sea.linear(normal, weight('v', [width, width])));
  const causal = Array.from({ length: tokens * tokens }, (_, at) =>
    at % tokens > Math.floor(at / tokens) ? -1e9 : 0,
  );
  const scores = sea.mul(sea.matmul(query, key, { transposeB: true }), 1 / Math.sqrt(headWidth));
  const attention = sea.softmax(sea.add(scores, graph.constant(causal, [tokens, tokens])));
  const mixed = sea.reshape(sea.transpose(sea.matmul(attention, value), [0, 2, 1, 3]), [
    batch,
    tokens,
    width,
  ]);
  const hidden = sea.add(embedded, sea.linear(mixed, weight('o', [width, width])));
  const inner = sea.silu(sea.linear(hidden, weight('gate', [6, width])));
  const out = sea.add(
    hidden,
    sea.linear(sea.mul(inner, sea.linear(hidden, weight('up', [6, width]))), weight('down', [width, 6])),
  );
  const final = sea.layerNorm(out, weight('final', [width]), weight('final.bias', [width]), 1e-5);
  const logits = sea.linear(final, table);
  const picked = sea.takeLast(sea.logSoftmax(sea.slice(logits, 1, 0, -1)), sea.slice(ids, 1, 1));
  const loss = sea.neg(sea.mean(picked));
  graph.output('logits', logits);
  graph.output('loss', loss);
  sea.gradients(loss, weights).forEach((grad, at) => graph.output(`d:${weights[at].name}`, grad));
  return { graph, feeds, differentiated: weights.map(({ name }) => name!) };
}
