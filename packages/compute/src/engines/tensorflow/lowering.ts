import type { DType } from '../../graph/dtype.js';
import type { NodeOf } from '../../graph/node.js';
import { sizeOf, type Shape } from '../../graph/shape.js';
import type { OpName, ReductionAttributes } from '../../ops/attributes.js';
import { tfElementType, type TfElementType } from './element-types.js';
import { permuteAxes } from './permute-axes.js';
import type { TfTensor, Tfjs } from './tfjs.js';

/** Runs one operation. Called inside `tf.tidy`, so intermediates may be left behind. */
type Lowering<K extends OpName> = (tf: Tfjs, inputs: readonly TfTensor[], node: NodeOf<K>) => TfTensor;

/** Views a tensor as [before the axis, the axis, after it], whatever its rank. */
function aroundAxis(tf: Tfjs, x: TfTensor, axis: number): TfTensor {
  return tf.reshape(x, [sizeOf(x.shape.slice(0, axis)), x.shape[axis], sizeOf(x.shape.slice(axis + 1))]);
}

/** The session refuses graphs with dtypes that have none. */
function elementTypeOf(dtype: DType): TfElementType {
  return tfElementType(dtype) ?? 'float32';
}

function outputShape({ output }: NodeOf<OpName>): number[] {
  return [...output.shape];
}

/** Values as [count, width] rows for `count` indices; an operation on rows has rank 2 whatever the graph's rank. */
function asRows(tf: Tfjs, x: TfTensor, indexShape: Shape): TfTensor {
  return tf.reshape(x, [sizeOf(indexShape), sizeOf(x.shape.slice(indexShape.length))]);
}

function reduce(
  op: 'sum' | 'mean' | 'max',
): (tf: Tfjs, inputs: readonly TfTensor[], node: { attributes: ReductionAttributes }) => TfTensor {
  return (tf, [x], { attributes: { axes, keepDims } }) =>
    axes.length === 0 ? tf.clone(x) : tf[op](x, [...axes], keepDims);
}

/** Mean square over the last axis, kept as an axis of extent 1. */
function inverseRoot(tf: Tfjs, x: TfTensor, epsilon: number): TfTensor {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
}

/**
 * A matrix operand as [batch size or 1, rows, columns]. The JavaScript backend walks through both operands' batches by
 * remainder, which is right only if one of them is the whole batch or a single matrix; so anything else is stretched first.
 */
function asBatch(tf: Tfjs, x: TfTensor, batch: Shape): TfTensor {
  const matrix = x.shape.slice(-2);
  const own = sizeOf(x.shape.slice(0, -2));
  if (own === 1 || own === sizeOf(batch)) return tf.reshape(x, [own, ...matrix]);
  return tf.reshape(tf.broadcastTo(x, [...batch, ...matrix]), [sizeOf(batch), ...matrix]);
}

/** Truncates towards zero, as the other engines do; `tf.div` of integers rounds down. */
function divideIntegers(tf: Tfjs, a: TfTensor, b: TfTensor): TfTensor {
  const signs = tf.mul(tf.sign(a), tf.sign(b));
  return tf.mul(signs, tf.floorDiv(tf.abs(a), tf.abs(b)));
}

export const lowerings: { readonly [K in OpName]: Lowering<K> } = {
  add: (tf, [a, b]) => tf.add(a, b),
  sub: (tf, [a, b]) => tf.sub(a, b),
  mul: (tf, [a, b]) => tf.mul(a, b),
  div: (tf, [a, b]) => (a.dtype === 'int32' ? divideIntegers(tf, a, b) : tf.div(a, b)),
  maximum: (tf, [a, b]) => tf.maximum(a, b),
  minimum: (tf, [a, b]) => tf.minimum(a, b),
  addN: (tf, inputs) => tf.addN([...inputs]),
  greater: (tf, [a, b]) => tf.greater(a, b),
  less: (tf, [a, b]) => tf.less(a, b),
  equal: (tf, [a, b]) => tf.equal(a, b),
  where: (tf, [condition, a, b]) => tf.where(condition, a, b),
  neg: (tf, [x]) => tf.neg(x),
  exp: (tf, [x]) => tf.exp(x),
  log: (tf, [x]) => tf.log(x),
  sqrt: (tf, [x]) => tf.sqrt(x),
  rsqrt: (tf, [x]) => tf.rsqrt(x),
  sigmoid: (tf, [x]) => tf.sigmoid(x),
  tanh: (tf, [x]) => tf.tanh(x),
  erf: (tf, [x]) => tf.erf(x),
  sin: (tf, [x]) => tf.sin(x),
  cos: (tf, [x]) => tf.cos(x),
  abs: (tf, [x]) => tf.abs(x),
  relu: (tf, [x]) => tf.relu(x),
  gelu(tf, [x], { attributes: { approximate } }) {
    const squashed =
      approximate === 'none'
        ? tf.erf(tf.mul(x, Math.SQRT1_2))
        : tf.tanh(
            tf.mul(
              x,
              tf.add(tf.mul(tf.square(x), Math.sqrt(2 / Math.PI) * 0.044715), Math.sqrt(2 / Math.PI)),
            ),
          );
    return tf.mul(tf.mul(x, 0.5), tf.add(squashed, 1));
  },
  swish: (tf, [x], { attributes: { scale } }) => tf.mul(x, tf.sigmoid(scale === 1 ? x : tf.mul(x, scale))),
  cast(tf, [x], { attributes: { dtype } }) {
    const type = elementTypeOf(dtype);
    return type === 'bool' && x.dtype !== 'bool' ? tf.notEqual(x, tf.zerosLike(x)) : tf.cast(x, type);
  },
  sum: reduce('sum'),
  mean: reduce('mean'),
  max: reduce('max'),
  argmax: (tf, [x]) => tf.argMax(x, -1),
  reshape: (tf, [x], node) => tf.reshape(x, outputShape(node)),
  transpose: (tf, [x], { attributes: { permutation } }) => permuteAxes(tf, x, permutation),
  broadcastTo: (tf, [x], node) => tf.broadcastTo(x, outputShape(node)),
  slice(tf, [x], node) {
    const { axis, start, end } = node.attributes;
    const around = aroundAxis(tf, x, axis);
    const part = tf.slice(around, [0, start, 0], [around.shape[0], end - start, around.shape[2] as number]);
    return tf.reshape(part, outputShape(node));
  },
  concat: (tf, inputs, node) =>
    tf.reshape(
      tf.concat(
        inputs.map((x) => aroundAxis(tf, x, node.attributes.axis)),
        1,
      ),
      outputShape(node),
    ),
  pad(tf, [x], node) {
    const { axis, before, after, value } = node.attributes;
    const around = aroundAxis(tf, x, axis);
    return tf.reshape(
      tf.pad(
        around,
        [
          [0, 0],
          [before, after],
          [0, 0],
        ],
        value,
      ),
      outputShape(node),
    );
  },
  matmul(tf, [a, b], node) {
    const { transposeA, transposeB } = node.attributes;
    const batch = node.output.shape.slice(0, -2);
    const product = tf.matMul(asBatch(tf, a, batch), asBatch(tf, b, batch), transposeA, transposeB);
    return tf.reshape(product, outputShape(node));
  },
  linear(tf, [x, weight, bias]) {
    const product = tf.matMul(x, weight, false, true);
    return bias ? tf.add(product, bias) : product;
  },
  softmax: (tf, [x]) => tf.softmax(x, -1),
  logSoftmax(tf, [x]) {
    const shifted = tf.sub(x, tf.max(x, -1, true));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
  },
  gather(tf, [table, indices], node) {
    const rows = tf.reshape(table, [table.shape[0], sizeOf(table.shape.slice(1))]);
    return tf.reshape(tf.gather(rows, tf.reshape(indices, [-1])), outputShape(node));
  },
  scatterAdd(tf, [updates, indices], node) {
    const rows = asRows(tf, updates, indices.shape);
    const width = rows.shape[1] as number;
    const summed = tf.scatterND(tf.reshape(indices, [-1, 1]), rows, [node.attributes.rows, width]);
    return tf.reshape(summed, outputShape(node));
  },
  oneHot(tf, [indices], node) {
    const { depth, dtype } = node.attributes;
    const count = sizeOf(indices.shape);
    // TensorFlow.js refuses a depth of 1.
    const rows = tf.oneHot(tf.reshape(indices, [count]), Math.max(depth, 2), 1, 0, 'float32');
    return tf.reshape(
      tf.cast(tf.slice(rows, [0, 0], [count, depth]), elementTypeOf(dtype)),
      outputShape(node),
    );
  },
  // By flat index, not as a product with a one-hot matrix: that would turn a -Infinity elsewhere in the row into NaN.
  takeLast(tf, [x, indices], node) {
    const width = x.shape[x.shape.length - 1];
    const count = sizeOf(indices.shape);
    const offsets = tf.range(0, count * width, width, 'int32');
    const flat = tf.add(offsets, tf.reshape(indices, [count]));
    return tf.reshape(tf.gather(tf.reshape(x, [-1]), flat), outputShape(node));
  },
  layerNorm(tf, [x, weight, bias], { attributes: { epsilon } }) {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    return tf.add(tf.mul(tf.mul(centred, inverseRoot(tf, centred, epsilon)), weight), bias);
  },
  rmsNorm: (tf, [x, weight], { attributes: { epsilon } }) =>
    tf.mul(tf.mul(x, inverseRoot(tf, x, epsilon)), weight),
};

/** Calls the lowering of a node, with the table's type tied to the node's by its operation. */
export function lower<K extends OpName>(tf: Tfjs, node: NodeOf<K>, inputs: readonly TfTensor[]): TfTensor {
  return lowerings[node.op](tf, inputs, node);
}
