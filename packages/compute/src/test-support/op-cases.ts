import * as fc from 'fast-check';
import type { OpName } from '../ops/attributes.js';
import * as sea from '../index.js';
import type { Tensor } from '../index.js';

/**
 * How an operand's elements are drawn. `apart` and `between` are spaced values in random order, so that neither a tie nor a
 * kink (0, or an element of the other kind) is closer than 0.05; an index is int32 below `below`.
 */
export type Draw = 'normal' | 'positive' | 'apart' | 'between' | 'bool' | { readonly below: number };

export interface OperandSpec {
  readonly shape: readonly number[];
  readonly draw: Draw;
}

/** One random application of an operation. */
export interface OpCase {
  readonly operands: readonly OperandSpec[];
  readonly build: (operands: readonly Tensor[]) => Tensor;
  /** Text for messages. */
  readonly note?: string;
}

const extent = fc.integer({ min: 1, max: 4 });
const shape = (minLength: number, maxLength: number) => fc.array(extent, { minLength, maxLength });

/** Shapes that broadcast together: axes of 1 and missing leading axes at random. */
function broadcasting(count: number): fc.Arbitrary<number[][]> {
  return shape(0, 3).chain((full) =>
    fc.tuple(
      ...Array.from({ length: count }, () =>
        fc
          .tuple(
            fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
            fc.integer({ min: 0, max: full.length }),
          )
          .map(([ones, drop]) => full.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop)),
      ),
    ),
  );
}

function binary(of: (a: Tensor, b: Tensor) => Tensor, draws: readonly [Draw, Draw] = ['normal', 'normal']) {
  return broadcasting(2).map(([a, b]): OpCase => ({
    operands: [
      { shape: a, draw: draws[0] },
      { shape: b, draw: draws[1] },
    ],
    build: ([x, y]) => of(x, y),
  }));
}

function unary(of: (a: Tensor) => Tensor, draw: Draw = 'normal') {
  return shape(0, 3).map((size): OpCase => ({ operands: [{ shape: size, draw }], build: ([x]) => of(x) }));
}

/** A comparison, made differentiable by choosing between two operands with it. */
function comparison(of: (a: Tensor, b: Tensor) => Tensor) {
  return broadcasting(2).map(([a, b]): OpCase => ({
    operands: [
      { shape: a, draw: 'apart' },
      { shape: b, draw: 'between' },
    ],
    build: ([x, y]) => sea.where(of(x, y), sea.mul(x, 2), y),
  }));
}

function reduction(of: (a: Tensor, axes: number[], keepDims: boolean) => Tensor, draw: Draw = 'normal') {
  return shape(1, 4).chain((size) =>
    fc.tuple(fc.subarray(size.map((_, axis) => axis)), fc.boolean()).map(([axes, keepDims]): OpCase => ({
      operands: [{ shape: size, draw }],
      build: ([x]) => of(x, axes, keepDims),
      note: `axes ${axes} keepDims ${keepDims}`,
    })),
  );
}

function rowwise(of: (a: Tensor) => Tensor) {
  return shape(1, 3).map((size): OpCase => ({
    operands: [{ shape: size, draw: 'normal' }],
    build: ([x]) => of(x),
  }));
}

function normalization(weights: number, of: (operands: readonly Tensor[]) => Tensor) {
  return fc.tuple(shape(0, 2), fc.integer({ min: 2, max: 6 })).map(([lead, width]): OpCase => ({
    operands: [
      { shape: [...lead, width], draw: 'normal' },
      ...Array.from({ length: weights }, (): OperandSpec => ({ shape: [width], draw: 'normal' })),
    ],
    build: of,
  }));
}

const matmul = fc
  .tuple(broadcasting(2), extent, extent, extent, fc.boolean(), fc.boolean())
  .map(([[batchA, batchB], rows, inner, columns, transposeA, transposeB]): OpCase => ({
    operands: [
      { shape: [...batchA, ...(transposeA ? [inner, rows] : [rows, inner])], draw: 'normal' },
      { shape: [...batchB, ...(transposeB ? [columns, inner] : [inner, columns])], draw: 'normal' },
    ],
    build: ([a, b]) => sea.matmul(a, b, { transposeA, transposeB }),
    note: `transposeA ${transposeA} transposeB ${transposeB}`,
  }));

const linear = fc
  .tuple(shape(0, 2), extent, extent, fc.boolean())
  .map(([lead, inner, outer, biased]): OpCase => ({
    operands: [
      { shape: [...lead, inner], draw: 'normal' },
      { shape: [outer, inner], draw: 'normal' },
      ...(biased ? [{ shape: [outer], draw: 'normal' } as const] : []),
    ],
    build: ([x, weight, bias]) => sea.linear(x, weight, bias),
  }));

const along = (minimum: number) =>
  shape(1, 3).chain((size) =>
    fc
      .integer({ min: 0, max: size.length - 1 })
      .chain((axis) =>
        fc.record({ size: fc.constant(size), axis: fc.constant(axis), from: fc.nat(4), to: fc.nat(4) }),
      )
      .filter(({ size: { length } }) => length >= minimum),
  );

const slice = along(1).map(({ size, axis, from, to }): OpCase => {
  const ends = [from % (size[axis] + 1), to % (size[axis] + 1)].sort((a, b) => a - b);
  const start = Math.min(ends[0], size[axis] - 1);
  const end = Math.max(ends[1], start + 1);
  return { operands: [{ shape: size, draw: 'normal' }], build: ([x]) => sea.slice(x, axis, start, end) };
});

const pad = along(1).map(({ size, axis, from, to }): OpCase => ({
  operands: [{ shape: size, draw: 'normal' }],
  build: ([x]) => sea.pad(x, axis, from, to, from === 3 ? 1.5 : 0),
}));

const concat = along(1).map(({ size, axis, from, to }): OpCase => {
  const piece = (length: number) => size.map((width, at) => (at === axis ? length : width));
  return {
    operands: [1 + from, 1 + to, 2].map((length) => ({ shape: piece(length), draw: 'normal' })),
    build: (list) => sea.concat(list, axis),
  };
});

const indexed = fc.record({ rows: fc.integer({ min: 1, max: 5 }), rest: shape(0, 2), where: shape(0, 2) });

/** Random cases of every operation. The type makes it an error to leave one out. */
export const opCases: { readonly [K in OpName]: fc.Arbitrary<OpCase> } = {
  add: binary(sea.add),
  sub: binary(sea.sub),
  mul: binary(sea.mul),
  div: binary(sea.div, ['normal', 'positive']),
  maximum: binary(sea.maximum, ['apart', 'between']),
  minimum: binary(sea.minimum, ['apart', 'between']),
  addN: fc.tuple(shape(0, 3), fc.integer({ min: 1, max: 5 })).map(([size, count]): OpCase => ({
    operands: Array.from({ length: count }, () => ({ shape: size, draw: 'normal' })),
    build: sea.addN,
  })),
  greater: comparison(sea.greater),
  less: comparison(sea.less),
  equal: comparison(sea.equal),
  where: broadcasting(3).map(([condition, a, b]): OpCase => ({
    operands: [
      { shape: condition, draw: 'bool' },
      { shape: a, draw: 'normal' },
      { shape: b, draw: 'normal' },
    ],
    build: ([x, y, z]) => sea.where(x, y, z),
  })),
  neg: unary(sea.neg),
  exp: unary(sea.exp),
  log: unary(sea.log, 'positive'),
  sqrt: unary(sea.sqrt, 'positive'),
  rsqrt: unary(sea.rsqrt, 'positive'),
  sigmoid: unary(sea.sigmoid),
  tanh: unary(sea.tanh),
  erf: unary(sea.erf),
  sin: unary(sea.sin),
  cos: unary(sea.cos),
  abs: unary(sea.abs, 'apart'),
  relu: unary(sea.relu, 'apart'),
  gelu: fc.constantFrom(sea.gelu, sea.geluTanh).chain((of) => unary(of)),
  swish: fc.constantFrom(sea.quickGelu, sea.silu).chain((of) => unary(of)),
  cast: unary((x) => sea.mul(x, sea.cast(sea.cast(x, 'int32'), x.dtype)), 'apart'),
  sum: reduction(sea.sum),
  mean: reduction(sea.mean),
  max: reduction(sea.max, 'apart'),
  argmax: shape(1, 3).map((size): OpCase => ({
    operands: [{ shape: size, draw: 'apart' }],
    build: ([x]) => sea.takeLast(x, sea.argmax(x)),
  })),
  reshape: shape(0, 3).chain((size) =>
    fc.constantFrom([-1], [1, -1], [...size].reverse(), [...size, 1]).map((to): OpCase => ({
      operands: [{ shape: size, draw: 'normal' }],
      build: ([x]) => sea.reshape(x, to),
    })),
  ),
  transpose: shape(1, 4).chain((size) =>
    fc
      .shuffledSubarray(
        size.map((_, axis) => axis),
        { minLength: size.length, maxLength: size.length },
      )
      .map((permutation): OpCase => ({
        operands: [{ shape: size, draw: 'normal' }],
        build: ([x]) => sea.transpose(x, permutation),
      })),
  ),
  broadcastTo: broadcasting(2).map(([a, b]): OpCase => ({
    operands: [{ shape: a, draw: 'normal' }],
    build: ([x]) => {
      const rank = Math.max(a.length, b.length);
      const to = Array.from({ length: rank }, (_, axis) =>
        Math.max(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1),
      );
      return sea.broadcastTo(x, to);
    },
  })),
  slice,
  concat,
  pad,
  matmul,
  linear,
  softmax: rowwise(sea.softmax),
  logSoftmax: rowwise(sea.logSoftmax),
  gather: indexed.map(({ rows, rest, where }): OpCase => ({
    operands: [
      { shape: [rows, ...rest], draw: 'normal' },
      { shape: where, draw: { below: rows } },
    ],
    build: ([table, indices]) => sea.gather(table, indices),
  })),
  scatterAdd: indexed.map(({ rows, rest, where }): OpCase => ({
    operands: [
      { shape: [...where, ...rest], draw: 'normal' },
      { shape: where, draw: { below: rows } },
    ],
    build: ([updates, indices]) => sea.scatterAdd(updates, indices, rows),
  })),
  oneHot: fc.tuple(shape(0, 2), extent).map(([where, depth]): OpCase => ({
    // One index too large: its row must be zeros.
    operands: [
      { shape: where, draw: { below: depth + 1 } },
      { shape: [...where, depth], draw: 'normal' },
    ],
    build: ([indices, x]) => sea.mul(sea.oneHot(indices, depth, x.dtype), x),
  })),
  takeLast: shape(1, 3).map((size): OpCase => ({
    operands: [
      { shape: size, draw: 'normal' },
      { shape: size.slice(0, -1), draw: { below: size[size.length - 1] } },
    ],
    build: ([x, indices]) => sea.takeLast(x, indices),
  })),
  layerNorm: normalization(2, ([x, weight, bias]) => sea.layerNorm(x, weight, bias, 1e-2)),
  rmsNorm: normalization(1, ([x, weight]) => sea.rmsNorm(x, weight, 1e-2)),
};
