import { describe, expect, it } from 'vitest';
import * as sea from '../../index.js';
import type { OpName } from '../../ops/attributes.js';
import { engineSuite } from '../../test-support/engine-suite.js';
import { errorFunction } from './error-function.js';
import { ReferenceEngine } from './reference-engine.js';

type Build = (...operands: sea.Tensor[]) => sea.Tensor;
/** Operands (nested arrays; `int` and `bool` mark other dtypes), and the result worked out by hand. */
interface HandCase {
  readonly build: Build;
  readonly operands: readonly Operand[];
  readonly expected: Nested;
}
type Nested = number | readonly Nested[];
type Operand = Nested | { readonly int: Nested } | { readonly bool: Nested };

const e = Math.E;
const root2 = Math.SQRT2;

/** Every operation at least once, with values that can be checked with pencil and paper. */
const handCases: { readonly [K in OpName]: readonly HandCase[] } = {
  add: [
    {
      build: sea.add,
      operands: [
        [[1], [2]],
        [10, 20, 30],
      ],
      expected: [
        [11, 21, 31],
        [12, 22, 32],
      ],
    },
  ],
  sub: [{ build: sea.sub, operands: [[5, 7], 3], expected: [2, 4] }],
  mul: [
    {
      build: sea.mul,
      operands: [
        [2, 3],
        [[4], [5]],
      ],
      expected: [
        [8, 12],
        [10, 15],
      ],
    },
  ],
  div: [
    {
      build: sea.div,
      operands: [
        [1, 9],
        [4, 3],
      ],
      expected: [0.25, 3],
    },
  ],
  maximum: [
    {
      build: sea.maximum,
      operands: [
        [1, 5],
        [3, 2],
      ],
      expected: [3, 5],
    },
  ],
  minimum: [
    {
      build: sea.minimum,
      operands: [
        [1, 5],
        [3, 2],
      ],
      expected: [1, 2],
    },
  ],
  addN: [
    {
      build: (...list) => sea.addN(list),
      operands: [
        [1, 2],
        [10, 20],
        [100, 200],
      ],
      expected: [111, 222],
    },
  ],
  greater: [{ build: sea.greater, operands: [[1, 2, 3], 2], expected: [0, 0, 1] }],
  less: [{ build: sea.less, operands: [[1, 2, 3], 2], expected: [1, 0, 0] }],
  equal: [{ build: sea.equal, operands: [[1, 2, 3], 2], expected: [0, 1, 0] }],
  where: [{ build: sea.where, operands: [{ bool: [1, 0] }, [5, 6], -1], expected: [5, -1] }],
  neg: [{ build: sea.neg, operands: [[1, -2]], expected: [-1, 2] }],
  exp: [{ build: sea.exp, operands: [[0, 1]], expected: [1, e] }],
  log: [{ build: sea.log, operands: [[1, e]], expected: [0, 1] }],
  sqrt: [{ build: sea.sqrt, operands: [[9, 2]], expected: [3, root2] }],
  rsqrt: [{ build: sea.rsqrt, operands: [[4, 0.25]], expected: [0.5, 2] }],
  sigmoid: [{ build: sea.sigmoid, operands: [[0, Math.log(3)]], expected: [0.5, 0.75] }],
  tanh: [{ build: sea.tanh, operands: [[0, Math.log(2)]], expected: [0, 0.6] }],
  // Abramowitz & Stegun, table 7.1
  erf: [
    { build: sea.erf, operands: [[0, 0.5, -1, 2]], expected: [0, 0.5204998778, -0.8427007929, 0.995322265] },
  ],
  sin: [{ build: sea.sin, operands: [[0, Math.PI / 6]], expected: [0, 0.5] }],
  cos: [{ build: sea.cos, operands: [[0, Math.PI / 3]], expected: [1, 0.5] }],
  abs: [{ build: sea.abs, operands: [[-2, 3]], expected: [2, 3] }],
  relu: [{ build: sea.relu, operands: [[-2, 3]], expected: [0, 3] }],
  gelu: [
    // x Φ(x) with Φ(1) = 0.8413447461
    { build: sea.gelu, operands: [[0, 1, -1]], expected: [0, 0.8413447461, -0.1586552539] },
    // 0.5 (1 + tanh(0.7978845608 · 1.044715)) = 0.5 (1 + 0.6823839)
    { build: sea.geluTanh, operands: [[0, 1]], expected: [0, 0.8411919906] },
  ],
  swish: [
    { build: sea.silu, operands: [[0, Math.log(3)]], expected: [0, 0.75 * Math.log(3)] },
    {
      build: sea.quickGelu,
      operands: [[0, Math.log(3) / 1.702]],
      expected: [0, (0.75 * Math.log(3)) / 1.702],
    },
  ],
  cast: [{ build: (x) => sea.cast(x, 'int32'), operands: [[1.7, -1.7]], expected: [1, -1] }],
  sum: [
    {
      build: (x) => sea.sum(x, [0]),
      operands: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      expected: [4, 6],
    },
    {
      build: (x) => sea.sum(x, [-1], true),
      operands: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      expected: [[3], [7]],
    },
    {
      build: (x) => sea.sum(x),
      operands: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      expected: 10,
    },
  ],
  mean: [
    {
      build: (x) => sea.mean(x, [0, 2]),
      operands: [
        [
          [
            [1, 3],
            [5, 7],
          ],
          [
            [2, 2],
            [0, 0],
          ],
        ],
      ],
      expected: [2, 3],
    },
  ],
  max: [
    {
      build: (x) => sea.max(x, [1]),
      operands: [
        [
          [1, 9],
          [-3, -5],
        ],
      ],
      expected: [9, -3],
    },
  ],
  argmax: [
    {
      build: sea.argmax,
      operands: [
        [
          [1, 9, 9],
          [3, 2, 1],
        ],
      ],
      expected: [1, 0],
    },
  ],
  reshape: [
    {
      build: (x) => sea.reshape(x, [3, -1]),
      operands: [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      expected: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    },
  ],
  transpose: [
    {
      build: (x) => sea.transpose(x, [1, 0]),
      operands: [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      expected: [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    },
    // [1, 2, 3] -> [3, 1, 2]
    {
      build: (x) => sea.transpose(x, [2, 0, 1]),
      operands: [
        [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
      ],
      expected: [[[1, 4]], [[2, 5]], [[3, 6]]],
    },
  ],
  broadcastTo: [
    {
      build: (x) => sea.broadcastTo(x, [2, 2]),
      operands: [[[1], [2]]],
      expected: [
        [1, 1],
        [2, 2],
      ],
    },
  ],
  slice: [
    {
      build: (x) => sea.slice(x, 1, 1, -1),
      operands: [
        [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
      ],
      expected: [
        [2, 3],
        [6, 7],
      ],
    },
  ],
  concat: [
    {
      build: (a, b) => sea.concat([a, b], -1),
      operands: [
        [[1], [2]],
        [
          [3, 4],
          [5, 6],
        ],
      ],
      expected: [
        [1, 3, 4],
        [2, 5, 6],
      ],
    },
  ],
  pad: [{ build: (x) => sea.pad(x, 0, 1, 2, 9), operands: [[1, 2]], expected: [9, 1, 2, 9, 9] }],
  matmul: [
    {
      build: (a, b) => sea.matmul(a, b),
      operands: [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
      expected: [
        [19, 22],
        [43, 50],
      ],
    },
    {
      build: (a, b) => sea.matmul(a, b, { transposeA: true }),
      operands: [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
      expected: [
        [26, 30],
        [38, 44],
      ],
    },
    {
      build: (a, b) => sea.matmul(a, b, { transposeB: true }),
      operands: [[[[1, 2]], [[3, 4]]], [[[5, 6]]]],
      expected: [[[17]], [[39]]],
    },
  ],
  linear: [
    {
      build: (x, w, b) => sea.linear(x, w, b),
      operands: [
        [[[1, 2]]],
        [
          [3, 4],
          [5, 6],
        ],
        [10, 20],
      ],
      expected: [[[21, 37]]],
    },
  ],
  softmax: [
    {
      build: sea.softmax,
      operands: [
        [
          [0, Math.log(3)],
          [700, 700],
        ],
      ],
      expected: [
        [0.25, 0.75],
        [0.5, 0.5],
      ],
    },
  ],
  logSoftmax: [
    { build: sea.logSoftmax, operands: [[0, Math.log(3)]], expected: [Math.log(0.25), Math.log(0.75)] },
  ],
  gather: [
    {
      build: sea.gather,
      operands: [
        [
          [1, 2],
          [3, 4],
        ],
        { int: [1, 1, 0] },
      ],
      expected: [
        [3, 4],
        [3, 4],
        [1, 2],
      ],
    },
  ],
  scatterAdd: [
    {
      build: (u, i) => sea.scatterAdd(u, i, 3),
      operands: [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        { int: [2, 0, 2] },
      ],
      expected: [
        [3, 4],
        [0, 0],
        [6, 8],
      ],
    },
  ],
  oneHot: [
    {
      build: (i) => sea.oneHot(i, 3),
      operands: [{ int: [2, 3, -1] }],
      expected: [
        [0, 0, 1],
        [0, 0, 0],
        [0, 0, 0],
      ],
    },
  ],
  takeLast: [
    {
      build: sea.takeLast,
      operands: [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        { int: [2, 0] },
      ],
      expected: [3, 4],
    },
  ],
  // mean 2, variance 1 over [1, 3] -> [-1, 1]
  layerNorm: [
    {
      build: (x, w, b) => sea.layerNorm(x, w, b, 0),
      operands: [[[1, 3]], [2, 3], [10, 20]],
      expected: [[8, 23]],
    },
  ],
  // mean square 25 / 2; with epsilon 12.5 the root is 5
  rmsNorm: [{ build: (x, w) => sea.rmsNorm(x, w, 12.5), operands: [[[3, 4]], [10, 5]], expected: [[6, 4]] }],
};

function shapeOf(value: Nested): number[] {
  return typeof value === 'number' ? [] : [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])];
}

function flat(value: Nested): number[] {
  return typeof value === 'number' ? [value] : value.flatMap(flat);
}

describe('the reference engine against values worked out by hand', () => {
  for (const [op, cases] of Object.entries(handCases)) {
    it.each(cases.map((handCase, at) => [at, handCase] as const))(
      `${op} %#`,
      async (_at, { build, operands, expected }) => {
        const graph = new sea.Graph();
        const feeds: Record<string, sea.TypedArray> = {};
        const tensors = operands.map((operand, at) => {
          const name = `x${at}`;
          const [values, dtype] =
            typeof operand === 'object' && 'int' in operand
              ? ([operand.int, 'int32'] as const)
              : typeof operand === 'object' && 'bool' in operand
                ? ([operand.bool, 'bool'] as const)
                : ([operand as Nested, 'float64'] as const);
          const numbers = flat(values);
          feeds[name] =
            dtype === 'int32'
              ? Int32Array.from(numbers)
              : dtype === 'bool'
                ? Uint8Array.from(numbers)
                : Float64Array.from(numbers);
          return graph.input(name, shapeOf(values), dtype);
        });
        graph.output('y', build(...tensors));
        const { y } = await (await new ReferenceEngine().compile(graph)).run(feeds);
        expect([...y.shape]).toEqual(shapeOf(expected));
        flat(expected).forEach((value, at) => expect(Number(y.data[at])).toBeCloseTo(value, 9));
      },
    );
  }

  it('names an index out of range', async () => {
    const graph = new sea.Graph();
    graph.output('y', sea.gather(graph.input('t', [2]), graph.input('i', [1], 'int32')));
    const session = await new ReferenceEngine().compile(graph);
    await expect(session.run({ t: new Float32Array(2), i: Int32Array.of(2) })).rejects.toThrow(
      /gather: index 2.*0\.\.1/,
    );
  });

  it('has an error function that is continuous where its two formulas meet, odd, and 1 far out', () => {
    expect(errorFunction(2.5)).toBeCloseTo(0.999593047982555, 14);
    expect(Math.abs(errorFunction(2.5) - errorFunction(2.5 - 1e-12))).toBeLessThan(1e-13);
    expect(errorFunction(-3)).toBeCloseTo(-0.9999779095030014, 14);
    expect(errorFunction(9)).toBe(1);
  });
});

describe('reference', () => {
  engineSuite(async () => new ReferenceEngine(), { casesPerOp: 2 });
});
