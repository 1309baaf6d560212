import { isFloating } from '../graph/dtype.js';
import { GraphError } from '../graph/graph-error.js';
import type { GraphNode } from '../graph/node.js';
import { formatShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { OpName } from '../ops/attributes.js';
import type { OpDefinition, OperandGradient } from '../ops/definition.js';
import { broadcastTo, reshape } from '../ops/layout.js';
import { opDefinitions } from '../ops/registry.js';
import { accumulate } from './accumulate.js';

/**
 * Derivatives of a scalar with respect to any tensors of its graph, by reverse-mode automatic differentiation. Appends the
 * backward operations to the graph; only what lies between a `wrt` and the loss is differentiated.
 * @param loss one element of a floating dtype
 * @param wrt inputs, parameters or intermediate tensors of floating dtype
 * @returns one tensor per `wrt`, of its shape and dtype; zeros where the loss does not depend on it
 * @throws GraphError if the loss is no scalar, or depends on a `wrt` through an operation without a gradient
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  const { graph } = loss;
  if (sizeOf(loss.shape) !== 1) {
    throw new GraphError(
      `gradients: the loss has shape ${formatShape(loss.shape)}; reduce it to one element`,
    );
  }
  for (const tensor of [loss, ...wrt]) {
    if (tensor.graph !== graph)
      throw new GraphError('gradients: the loss and a wrt belong to different graphs');
    if (!isFloating(tensor.dtype)) {
      throw new GraphError(
        `gradients: ${tensor.name ?? `tensor ${tensor.id}`} is ${tensor.dtype}, not floating`,
      );
    }
  }

  const contributions = new Map<Tensor, Tensor[]>();
  contributions.set(loss, [reshape(graph.constant(1, [], loss.dtype), loss.shape)]);
  const resolved = new Map<Tensor, Tensor>();
  const resolve = (tensor: Tensor): Tensor | undefined => {
    const known = resolved.get(tensor);
    if (known) return known;
    const list = contributions.get(tensor);
    if (!list) return undefined;
    const total = accumulate(list);
    resolved.set(tensor, total);
    return total;
  };

  for (const { node, wanted } of pathNodes(loss, wrt)) {
    const grad = resolve(node.output);
    if (!grad) continue;
    const operandGradients = differentiate(node, grad);
    node.inputs.forEach((input, at) => {
      const build = wanted[at] ? operandGradients[at] : null;
      if (!build) return;
      const contribution = build();
      const list = contributions.get(input);
      if (list) list.push(contribution);
      else contributions.set(input, [contribution]);
    });
  }
  return wrt.map(
    (tensor) => resolve(tensor) ?? broadcastTo(graph.constant(0, [], tensor.dtype), tensor.shape),
  );
}

interface PathNode {
  readonly node: GraphNode;
  /** Per operand: does a `wrt` reach it? */
  readonly wanted: readonly boolean[];
}

/** Nodes that lie between a `wrt` and the loss, last first. */
function pathNodes(loss: Tensor, wrt: readonly Tensor[]): PathNode[] {
  const { nodes } = loss.graph;
  const ancestors = new Set<Tensor>([loss]);
  const upstream: GraphNode[] = [];
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at];
    if (!ancestors.has(node.output)) continue;
    upstream.push(node);
    for (const input of node.inputs) ancestors.add(input);
  }
  const reached = new Set<Tensor>(wrt);
  const path: PathNode[] = [];
  for (const node of upstream.reverse()) {
    const wanted = node.inputs.map((input) => reached.has(input) && isFloating(input.dtype));
    if (!wanted.includes(true)) continue;
    reached.add(node.output);
    path.push({ node, wanted });
  }
  return path.reverse();
}

function differentiate<K extends OpName>(
  node: GraphNode & { readonly op: K },
  grad: Tensor,
): readonly OperandGradient[] {
  // The registry pairs each name with the definition of that very name; the compiler cannot follow that through K.
  const definition = opDefinitions[node.op] as unknown as OpDefinition<OpName>;
  if (!definition.gradient) throw new GraphError(`gradients: ${node.op} has no gradient`);
  return definition.gradient(node as Parameters<NonNullable<typeof definition.gradient>>[0], grad);
}
