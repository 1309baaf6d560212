import type { Graph } from './graph.js';
import type { GraphNode } from './node.js';
import type { Tensor } from './tensor.js';

export interface LiveGraph {
  /** Nodes that an output depends on, in topological order. */
  readonly nodes: readonly GraphNode[];
  /** Every tensor that an output depends on, outputs included. */
  readonly tensors: ReadonlySet<Tensor>;
}

/** What the outputs of a graph need. */
export function liveNodes(graph: Graph): LiveGraph {
  const tensors = new Set<Tensor>(graph.outputs.values());
  const nodes: GraphNode[] = [];
  for (let at = graph.nodes.length - 1; at >= 0; at--) {
    const node = graph.nodes[at];
    if (!tensors.has(node.output)) continue;
    nodes.push(node);
    for (const input of node.inputs) tensors.add(input);
  }
  return { nodes: nodes.reverse(), tensors };
}
