import type { NodeOf } from '../graph/node.js';
import type { Tensor } from '../graph/tensor.js';
import type { OpName } from '../ops/attributes.js';
import type { Emitter } from './emitter.js';
import { onnxDataType } from './model-builder.js';

/** The half-precision parameter that `tensor` is the widened form of, if it is one. */
export function narrowParameter(tensor: Tensor): Tensor | undefined {
  const { source } = tensor;
  if (source.kind !== 'operation' || source.node.op !== 'cast') return undefined;
  const [input] = source.node.inputs;
  const narrow = input.dtype === 'float16' || input.dtype === 'bfloat16';
  return narrow && input.source.kind === 'parameter' ? input : undefined;
}

/** Widened parameters that only products read: they get no node of their own, as every product widens them itself. */
export function widenedByProducts(nodes: readonly NodeOf<OpName>[], outputs: Iterable<Tensor>): Set<Tensor> {
  const kept = new Set<Tensor>(outputs);
  for (const { op, inputs } of nodes) {
    inputs.forEach((input, at) => {
      if (!isProductWeight(op, at)) kept.add(input);
    });
  }
  const candidates = nodes.map(({ output }) => output);
  return new Set(candidates.filter((tensor) => narrowParameter(tensor) !== undefined && !kept.has(tensor)));
}

function isProductWeight(op: OpName, operand: number): boolean {
  return (op === 'linear' || op === 'matmul') && operand === 1;
}

/**
 * The value name of a product's second operand. A half-precision parameter is widened here, for this product alone: its shape is
 * made to depend on the other operand, so that the runtime neither widens it ahead of time nor keeps it for the
 * backward pass, and at most a few widened weights exist at a time.
 */
export function productWeight(weight: Tensor, beside: Tensor, emit: Emitter): string {
  const parameter = narrowParameter(weight);
  if (parameter === undefined) return emit.name(weight);
  const extent = emit.node('Shape', [emit.name(beside)], { start: 0, end: 1 });
  const zero = emit.node('Mul', [extent, emit.int64s([0])]);
  const shape = emit.node('Add', [zero, emit.int64s(weight.shape)]);
  const late = emit.node('Reshape', [emit.name(parameter), shape]);
  return emit.node('Cast', [late], { to: onnxDataType[weight.dtype] });
}
