import type { OpAttributes, OpName } from '../ops/attributes.js';
import { apply, type OpDefinition } from '../ops/definition.js';
import { opDefinitions } from '../ops/registry.js';
import type { TypedArray } from './dtype.js';
import { Graph } from './graph.js';
import { liveNodes } from './live-nodes.js';
import { rewriteNode } from './rewrite-rules.js';
import type { Tensor } from './tensor.js';

/**
 * An equivalent graph with the same inputs, parameters and outputs, without dead operations, repeated subexpressions and
 * operations that change nothing. The given graph is left as it is; operations that a rewrite made superfluous stay in the
 * result without being live.
 */
export function simplify(graph: Graph): Graph {
  const target = new Graph();
  const { nodes, tensors } = liveNodes(graph);
  const image = new Map<Tensor, Tensor>();
  for (const [name, tensor] of graph.inputs)
    image.set(tensor, target.input(name, tensor.shape, tensor.dtype));
  for (const [name, tensor] of graph.parameters) {
    if (tensors.has(tensor)) image.set(tensor, target.parameter(name, tensor.shape, tensor.dtype));
  }
  const constants = new Map<string, Tensor>();
  const contentKey = contentKeys();
  for (const tensor of tensors) {
    if (tensor.source.kind !== 'constant') continue;
    const { shape, dtype } = tensor;
    const key = `${contentKey(tensor.source.data)} ${dtype} ${shape.join()}`;
    const constant = constants.get(key) ?? target.constant(tensor.source.data, shape, dtype);
    constants.set(key, constant);
    image.set(tensor, constant);
  }

  const known = new Map<string, Tensor>();
  const append = <K extends OpName>(
    op: K,
    inputs: readonly Tensor[],
    attributes: OpAttributes[K],
  ): Tensor => {
    const rewritten = rewriteNode(op, inputs, attributes, append);
    if (rewritten) return rewritten;
    const key = `${op}(${inputs.map(({ id }) => id).join()})${JSON.stringify(attributes)}`;
    const twin = known.get(key);
    if (twin) return twin;
    // The registry pairs each name with its own definition, which the compiler cannot follow through K.
    const definition = opDefinitions[op] as unknown as OpDefinition<K>;
    const tensor = apply(definition, inputs, attributes);
    known.set(key, tensor);
    return tensor;
  };
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => image.get(input)!);
    image.set(node.output, append(node.op, inputs, node.attributes));
  }
  for (const [name, tensor] of graph.outputs) target.output(name, image.get(tensor)!);
  return target;
}

/** Long arrays are told apart by identity: comparing their contents would cost more than a rare duplicate. */
const comparedLength = 256;

/** A function from arrays to keys that are equal for equal contents. */
function contentKeys(): (data: TypedArray) => string {
  const identities = new Map<TypedArray, number>();
  return (data) => {
    if (data.length <= comparedLength) {
      return Array.from(data as ArrayLike<number | bigint>, (value) =>
        Object.is(value, -0) ? '-0' : value,
      ).join();
    }
    const identity = identities.get(data) ?? identities.size;
    identities.set(data, identity);
    return `#${identity}`;
  };
}
