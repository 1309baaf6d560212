import type { DType } from '../graph/dtype.js';
import { GraphError } from '../graph/graph-error.js';
import type { NodeOf } from '../graph/node.js';
import { formatShape, type Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { OpAttributes, OpName } from './attributes.js';

/** Shape and dtype of an operation's result. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Builds the gradient of one operand when it is wanted; null where the operation has no gradient. */
export type OperandGradient = (() => Tensor) | null;

/** What the graph knows of an operation: its shape rule and its gradient. Engines add the lowering. */
export interface OpDefinition<K extends OpName> {
  readonly op: K;
  /** @throws GraphError when the operands do not fit */
  infer(inputs: readonly Tensor[], attributes: OpAttributes[K]): TensorType;
  /** Per operand, the product of `grad` (d loss / d output) with the operand's Jacobian. Absent: not differentiable. */
  gradient?(node: NodeOf<K>, grad: Tensor): readonly OperandGradient[];
}

/** Checks the operands and appends the operation to their graph. */
export function apply<K extends OpName>(
  definition: OpDefinition<K>,
  inputs: readonly Tensor[],
  attributes: OpAttributes[K],
): Tensor {
  const { shape, dtype } = definition.infer(inputs, attributes);
  return inputs[0].graph.append(definition.op, inputs, attributes, shape, dtype);
}

/** The dtype all operands share. */
export function commonDType(op: OpName, inputs: readonly Tensor[]): DType {
  const { dtype } = inputs[0];
  for (const input of inputs) {
    if (input.dtype !== dtype) {
      throw new GraphError(`${op}: operands are ${dtype} and ${input.dtype}; cast one of them`);
    }
  }
  return dtype;
}

export function expectDType(op: OpName, tensor: Tensor, dtype: DType, what: string): void {
  if (tensor.dtype !== dtype) throw new GraphError(`${op}: ${what} must be ${dtype}, not ${tensor.dtype}`);
}

export function expectShape(op: OpName, tensor: Tensor, shape: Shape, what: string): void {
  if (formatShape(tensor.shape) !== formatShape(shape)) {
    throw new GraphError(
      `${op}: ${what} has shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)}`,
    );
  }
}

/** Extent of the last axis. */
export function lastExtent(op: OpName, tensor: Tensor): number {
  if (tensor.shape.length === 0)
    throw new GraphError(`${op}: needs a tensor with at least one axis, got a scalar`);
  return tensor.shape[tensor.shape.length - 1];
}
