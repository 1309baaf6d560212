import type { OpAttributes, OpName } from '../ops/attributes.js';
import { broadcastShapes, sameShape } from './shape.js';
import type { NodeOf } from './node.js';
import type { Tensor } from './tensor.js';

/** Adds an operation to the simplified graph. */
export type Append = <K extends OpName>(
  op: K,
  inputs: readonly Tensor[],
  attributes: OpAttributes[K],
) => Tensor;

type Rule<K extends OpName> = (
  inputs: readonly Tensor[],
  attributes: OpAttributes[K],
  append: Append,
) => Tensor | undefined;

/** What an operation can be replaced by, or undefined. */
export function rewriteNode<K extends OpName>(
  op: K,
  inputs: readonly Tensor[],
  attributes: OpAttributes[K],
  append: Append,
): Tensor | undefined {
  const rule = rules[op] as Rule<K> | undefined;
  return rule?.(inputs, attributes, append);
}

const rules: { readonly [K in OpName]?: Rule<K> } = {
  add: ([a, b], _attributes, append) =>
    isScalar(a, 0) && fills(b, a)
      ? b
      : isScalar(b, 0) && fills(a, b)
        ? a
        : negated(b)
          ? append('sub', [a, negated(b)!], {})
          : negated(a)
            ? append('sub', [b, negated(a)!], {})
            : unstretched('add', a, b, append),
  sub: ([a, b], _attributes, append) =>
    isScalar(b, 0) && fills(a, b)
      ? a
      : negated(b)
        ? append('add', [a, negated(b)!], {})
        : unstretched('sub', a, b, append),
  mul: ([a, b], _attributes, append) => {
    if (isScalar(a, 1) && fills(b, a)) return b;
    if (isScalar(b, 1) && fills(a, b)) return a;
    return scaledTwice(a, b, append) ?? scaledTwice(b, a, append) ?? unstretched('mul', a, b, append);
  },
  div: ([a, b], _attributes, append) => {
    if (isScalar(b, 1) && fills(a, b)) return a;
    const divisor = scalarOf(b);
    // Exact for powers of two only, so left alone otherwise.
    if (divisor !== undefined && Number.isInteger(Math.log2(Math.abs(divisor)))) {
      return append('mul', [a, b.graph.constant(1 / divisor, [], b.dtype)], {});
    }
    return unstretched('div', a, b, append);
  },
  neg: ([a], _attributes, append) => {
    const value = scalarOf(a);
    if (value !== undefined) return a.graph.constant(-value, [], a.dtype);
    return negated(a) ?? (producer(a, 'sub') && swapped(producer(a, 'sub')!, append));
  },
  // One sigmoid serves the value and its gradient.
  swish: ([x], { scale }, append) => {
    const scaled = scale === 1 ? x : append('mul', [x, x.graph.constant(scale, [], x.dtype)], {});
    return append('mul', [x, append('sigmoid', [scaled], {})], {});
  },
  reshape: ([x], { shape }, append) => {
    if (sameShape(x.shape, shape)) return x;
    const inner = producer(x, 'reshape');
    if (inner)
      return sameShape(inner.inputs[0].shape, shape)
        ? inner.inputs[0]
        : append('reshape', inner.inputs, { shape });
    const { source } = x;
    // A stretched scalar is stretched to the other shape right away.
    const stretch = producer(x, 'broadcastTo');
    if (stretch?.inputs[0].shape.length === 0) return append('broadcastTo', stretch.inputs, { shape });
    return source.kind === 'constant' ? x.graph.constant(source.data, shape, x.dtype) : undefined;
  },
  transpose: ([x], { permutation }, append) => {
    const inner = producer(x, 'transpose');
    if (!inner) return undefined;
    const combined = permutation.map((axis) => inner.attributes.permutation[axis]);
    return combined.every((axis, at) => axis === at)
      ? inner.inputs[0]
      : append('transpose', inner.inputs, { permutation: combined });
  },
  broadcastTo: ([x], { shape }, append) => {
    if (sameShape(x.shape, shape)) return x;
    const inner = producer(x, 'broadcastTo');
    return inner && append('broadcastTo', inner.inputs, { shape });
  },
  cast: ([x], { dtype }) => (x.dtype === dtype ? x : undefined),
  sum: ([x], { axes, keepDims }, append) => (axes.length === 0 ? x : attendedSum(x, axes, keepDims, append)),
  mean: ([x], { axes }) => (axes.length === 0 ? x : undefined),
  max: ([x], { axes }) => (axes.length === 0 ? x : undefined),
};

/**
 * The row sums in the gradient of softmax, where its output Y was used as the weights of an average, Y V: sum(Y (G Vᵀ)) over
 * keys is sum((Y V) G) over the width of V, which is far smaller. Y V is there already, from the forward pass.
 */
function attendedSum(
  product: Tensor,
  axes: readonly number[],
  keepDims: boolean,
  append: Append,
): Tensor | undefined {
  const last = product.shape.length - 1;
  const factors = axes.length === 1 && axes[0] === last ? producer(product, 'mul')?.inputs : undefined;
  if (!factors || !sameShape(factors[0].shape, factors[1].shape)) return undefined;
  for (const [weights, gradient] of [factors, [factors[1], factors[0]]]) {
    const spread = producer(producer(gradient, 'reshape')?.inputs[0] ?? gradient, 'matmul');
    if (!producer(weights, 'softmax') || !spread?.attributes.transposeB || spread.attributes.transposeA)
      continue;
    const [upstream, values] = spread.inputs;
    const { shape } = spread.output;
    if (shape.at(-1) !== weights.shape[last] || !sameShape(shape.slice(0, -2), values.shape.slice(0, -2)))
      continue;
    const stacked = append('reshape', [weights], { shape });
    const average = append('matmul', [stacked, values], { transposeA: false, transposeB: false });
    const sums = append('sum', [append('mul', [upstream, average], {})], {
      axes: [shape.length - 1],
      keepDims: true,
    });
    return append('reshape', [sums], {
      shape: keepDims ? [...product.shape.slice(0, last), 1] : product.shape.slice(0, last),
    });
  }
  return undefined;
}

function producer<K extends OpName>({ source }: Tensor, op: K): NodeOf<K> | undefined {
  // node.op === op makes it a NodeOf<K>, which the compiler does not see for a generic K.
  return source.kind === 'operation' && source.node.op === op
    ? (source.node as unknown as NodeOf<K>)
    : undefined;
}

function scalarOf({ source, shape }: Tensor): number | undefined {
  return source.kind === 'constant' && shape.length === 0 ? Number(source.data[0]) : undefined;
}

function isScalar(tensor: Tensor, value: number): boolean {
  return scalarOf(tensor) === value;
}

/** Does the result of broadcasting both have the shape of `tensor`? */
function fills(tensor: Tensor, other: Tensor): boolean {
  return sameShape(broadcastShapes(tensor.shape, other.shape, 'broadcast'), tensor.shape);
}

function negated(tensor: Tensor): Tensor | undefined {
  return producer(tensor, 'neg')?.inputs[0];
}

/** -(a - b) = b - a. */
function swapped({ inputs: [a, b] }: NodeOf<'sub'>, append: Append): Tensor {
  return append('sub', [b, a], {});
}

/** (x · c) · d = x · (c d) for scalar constants c and d. */
function scaledTwice(scaled: Tensor, factor: Tensor, append: Append): Tensor | undefined {
  const outer = scalarOf(factor);
  const inner = outer === undefined ? undefined : producer(scaled, 'mul');
  if (outer === undefined || !inner) return undefined;
  for (const [at, operand] of inner.inputs.entries()) {
    const value = scalarOf(operand);
    if (value === undefined) continue;
    return append('mul', [inner.inputs[1 - at], factor.graph.constant(value * outer, [], factor.dtype)], {});
  }
  return undefined;
}

/** Elementwise operations broadcast by themselves: an explicit stretch before them only costs memory. */
function unstretched(
  op: 'add' | 'sub' | 'mul' | 'div',
  a: Tensor,
  b: Tensor,
  append: Append,
): Tensor | undefined {
  const full = broadcastShapes(a.shape, b.shape, op);
  const left = producer(a, 'broadcastTo')?.inputs[0];
  if (left && sameShape(broadcastShapes(left.shape, b.shape, op), full)) return append(op, [left, b], {});
  const right = producer(b, 'broadcastTo')?.inputs[0];
  if (right && sameShape(broadcastShapes(a.shape, right.shape, op), full)) return append(op, [a, right], {});
  return undefined;
}
