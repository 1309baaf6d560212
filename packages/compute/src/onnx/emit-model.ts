import type { Graph } from '../graph/graph.js';
import { liveNodes } from '../graph/live-nodes.js';
import type { NodeOf } from '../graph/node.js';
import type { Tensor } from '../graph/tensor.js';
import type { OpName } from '../ops/attributes.js';
import { Emitter } from './emitter.js';
import { onnxLowering } from './lowering/table.js';
import type { Lowering } from './lowering/lowering.js';
import { ModelBuilder } from './model-builder.js';
import { widenedByProducts } from './widened-parameter.js';

/** Adds a parameter to the model under `name`, as an initializer or an input. */
export type ParameterBinding = (builder: ModelBuilder, name: string, parameter: Tensor) => void;

export interface EmittedModel {
  readonly bytes: Uint8Array;
  /** Inputs that an output depends on: graph name to value name. The model declares no others. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Parameters that an output depends on: graph name to value name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Graph name to value name. */
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * Writes the live part of a graph as an ONNX model.
 * @param narrowProducts products with weights stored in half precision are computed in it, see `narrowProduct`
 */
export function emitModel(
  graph: Graph,
  bindParameter: ParameterBinding,
  narrowProducts = false,
): EmittedModel {
  const builder = new ModelBuilder();
  const emit = new Emitter(builder, narrowProducts);
  const { nodes, tensors } = liveNodes(graph);

  const inputs = new Map<string, string>();
  for (const [name, tensor] of graph.inputs) {
    if (!tensors.has(tensor)) continue;
    emit.bind(tensor, `in:${name}`);
    inputs.set(name, `in:${name}`);
    builder.input(`in:${name}`, tensor.shape, tensor.dtype);
  }
  const parameters = new Map<string, string>();
  for (const [name, tensor] of graph.parameters) {
    if (!tensors.has(tensor)) continue;
    emit.bind(tensor, `w:${name}`);
    parameters.set(name, `w:${name}`);
    bindParameter(builder, `w:${name}`, tensor);
  }
  const copies: [Tensor, string][] = [];
  const outputs = new Map<string, string>();
  for (const [name, tensor] of graph.outputs) {
    outputs.set(name, `out:${name}`);
    builder.output(`out:${name}`, tensor.shape, tensor.dtype);
    // A value has one name, and a model's output must come from a node.
    if (tensor.source.kind !== 'operation' || emit.bound(tensor) !== undefined)
      copies.push([tensor, `out:${name}`]);
    else emit.bind(tensor, `out:${name}`);
  }
  const widened = widenedByProducts(nodes, graph.outputs.values());
  for (const node of nodes) if (!widened.has(node.output)) lower(node, emit);
  for (const [tensor, name] of copies) builder.node('Identity', [emit.name(tensor)], name);
  return { bytes: builder.finish(), inputs, parameters, outputs };
}

function lower(node: NodeOf<OpName>, emit: Emitter): void {
  // The table pairs each name with the lowering of that very name, which the compiler cannot follow for a union.
  (onnxLowering[node.op] as Lowering<OpName>)(node, emit);
}
