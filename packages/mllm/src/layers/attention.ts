import {
  add,
  broadcastTo,
  concat,
  gather,
  matmul,
  mul,
  reshape,
  slice,
  softmax,
  transpose,
  type Tensor,
} from '@sea-align/compute';
import type { TextConfig } from '../config/text-config.js';
import type { ParameterSource } from './parameter-source.js';

/** Keys (after rotary embedding) and values of one layer, each [batch or 1, key/value heads, positions, headDim]. */
export interface KeyValue {
  key: Tensor;
  value: Tensor;
}

/** cos and sin of positions, each [batch or 1, 1, positions, headDim]. */
export interface Rotation {
  cos: Tensor;
  sin: Tensor;
}

/**
 * Neighbouring queries that see the same leading keys at most: what lies behind those is not computed. Blocks of a causal
 * sequence do half of the work of one mask over all keys.
 */
export interface QueryBlock {
  /** First query, and the one behind the last. */
  start: number;
  end: number;
  /** Keys from the first one on. */
  keys: number;
  /** Additive mask [batch or 1, 1, end - start, keys]; 0 visible, very negative hidden. */
  mask: Tensor;
}

/** Additive mask [batch or 1, 1, queries, keys] of all queries, or blocks that follow one another and make up all of them. */
export type AttentionMask = Tensor | readonly QueryBlock[];

/** The queries that are asked, where not all are: rows of x, and what belongs to them. */
export interface ChosenQueries {
  /** int32 [batch * count]: rows of [batch * S], the same count from each of the batch. */
  rows: Tensor;
  rotation: Rotation;
  mask: AttentionMask;
}

export interface AttentionContext {
  batch: number;
  /** The matrix of rotate_half. */
  half: Tensor;
  query: Rotation;
  key: Rotation;
  mask: AttentionMask;
  past: KeyValue | undefined;
}

/** Grouped-query attention; the query heads of one key/value head are stacked as rows, so nothing is repeated. */
export function selfAttention(
  config: TextConfig,
  source: ParameterSource,
  name: string,
  x: Tensor,
  { batch, half, query: queryRotation, key: keyRotation, mask, past }: AttentionContext,
  chosen?: ChosenQueries,
): { output: Tensor; present: KeyValue } {
  const { numAttentionHeads: heads, numKeyValueHeads: groups, headDim, qkvBias } = config;
  const split = (states: Tensor, part: string, count: number): Tensor =>
    transpose(
      reshape(source.linear(states, `${name}.${part}`, count * headDim, qkvBias), [
        batch,
        states.shape[0] / batch,
        count,
        headDim,
      ]),
      [0, 2, 1, 3],
    );
  const rotate = (states: Tensor, { cos, sin }: Rotation): Tensor =>
    add(mul(states, cos), mul(matmul(states, half), sin));
  const asking = chosen === undefined ? x : gather(x, chosen.rows);
  const query = rotate(split(asking, 'q_proj', heads), chosen?.rotation ?? queryRotation);
  const present = { key: rotate(split(x, 'k_proj', groups), keyRotation), value: split(x, 'v_proj', groups) };
  const key = withPast(past?.key, present.key, batch);
  const value = withPast(past?.value, present.value, batch);
  const length = query.shape[2];
  const attended = blocksOf(chosen?.mask ?? mask, length, key.shape[2]).map((block) => {
    const queries = block.end - block.start;
    const stacked = [batch, groups, (heads / groups) * queries];
    const asked = slice(query, 2, block.start, block.end);
    const scores = matmul(reshape(asked, [...stacked, headDim]), slice(key, 2, 0, block.keys), {
      transposeB: true,
    });
    const weights = softmax(add(reshape(scores, [batch, heads, queries, block.keys]), block.mask));
    const mixed = matmul(reshape(weights, [...stacked, block.keys]), slice(value, 2, 0, block.keys));
    return reshape(mixed, [batch, heads, queries, headDim]);
  });
  const joined = reshape(transpose(concat(attended, 2), [0, 2, 1, 3]), [batch * length, heads * headDim]);
  return { output: source.linear(joined, `${name}.o_proj`, config.hiddenSize, config.outputBias), present };
}

function blocksOf(mask: AttentionMask, queries: number, keys: number): readonly QueryBlock[] {
  return 'shape' in mask ? [{ start: 0, end: queries, keys, mask }] : mask;
}

function withPast(past: Tensor | undefined, present: Tensor, batch: number): Tensor {
  if (past === undefined) return present;
  return concat([broadcastTo(past, [batch, ...past.shape.slice(1)]), present], 2);
}
