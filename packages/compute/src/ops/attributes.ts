import type { DType } from '../graph/dtype.js';
import type { Shape } from '../graph/shape.js';

export type NoAttributes = Readonly<Record<never, never>>;

export interface ReductionAttributes {
  /** Sorted, distinct, non-negative. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/**
 * Every operation an engine has to know, with its attributes. Axes are already normalised (non-negative). An engine's
 * table `{ [K in OpName]: (node: NodeOf<K>, ...) => ... }` is checked for exhaustiveness by the compiler.
 */
export interface OpAttributes {
  add: NoAttributes;
  sub: NoAttributes;
  mul: NoAttributes;
  div: NoAttributes;
  maximum: NoAttributes;
  minimum: NoAttributes;
  /** Sum of two or more tensors of one shape. */
  addN: NoAttributes;
  greater: NoAttributes;
  less: NoAttributes;
  equal: NoAttributes;
  /** Inputs: condition (bool), value where true, value where false; all broadcast. */
  where: NoAttributes;
  neg: NoAttributes;
  exp: NoAttributes;
  log: NoAttributes;
  sqrt: NoAttributes;
  rsqrt: NoAttributes;
  sigmoid: NoAttributes;
  tanh: NoAttributes;
  erf: NoAttributes;
  sin: NoAttributes;
  cos: NoAttributes;
  abs: NoAttributes;
  relu: NoAttributes;
  /** Exact (erf) GELU, or its tanh approximation. */
  gelu: { readonly approximate: 'none' | 'tanh' };
  /** x sigmoid(scale x). */
  swish: { readonly scale: number };
  cast: { readonly dtype: DType };
  sum: ReductionAttributes;
  mean: ReductionAttributes;
  max: ReductionAttributes;
  /** Index of the first maximum along the last axis, int32. */
  argmax: NoAttributes;
  reshape: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  broadcastTo: { readonly shape: Shape };
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  concat: { readonly axis: number };
  pad: { readonly axis: number; readonly before: number; readonly after: number; readonly value: number };
  /** Batched; both operands have rank >= 2 and batch axes broadcast. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** Inputs: x [rows, in], weight [out, in], optional bias [out]. */
  linear: NoAttributes;
  /** Over the last axis. */
  softmax: NoAttributes;
  /** Over the last axis. */
  logSoftmax: NoAttributes;
  /** Inputs: table [rows, ...rest], indices (int32) [...where]; output [...where, ...rest]. */
  gather: NoAttributes;
  /** Inputs: updates [...where, ...rest], indices (int32) [...where]; output [rows, ...rest], zero where unindexed. */
  scatterAdd: { readonly rows: number };
  /** Input: indices (int32) [...]; output [..., depth] of `dtype`; an index outside 0..depth-1 gives zeros. */
  oneHot: { readonly depth: number; readonly dtype: DType };
  /** Inputs: a [..., n], indices (int32) [...]; output [...]. */
  takeLast: NoAttributes;
  /** Inputs: x [..., width], weight [width], bias [width]; normalises the last axis with the biased variance. */
  layerNorm: { readonly epsilon: number };
  /** Inputs: x [..., width], weight [width]; divides by the root of the mean square over the last axis. */
  rmsNorm: { readonly epsilon: number };
}

export type OpName = keyof OpAttributes;
