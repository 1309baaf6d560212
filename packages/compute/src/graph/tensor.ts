import type { DType, TypedArray } from './dtype.js';
import type { Graph } from './graph.js';
import type { GraphNode } from './node.js';
import type { Shape } from './shape.js';

/** Where a tensor's value comes from. Constants of a floating dtype keep the precision they were given in. */
export type TensorSource =
  | { readonly kind: 'input' }
  | { readonly kind: 'parameter' }
  | { readonly kind: 'constant'; readonly data: TypedArray }
  | { readonly kind: 'operation'; readonly node: GraphNode };

/** A value in a graph, of static shape. Ids grow in the order of creation, which is a topological order. */
export interface Tensor {
  readonly graph: Graph;
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name?: string;
  readonly source: TensorSource;
}
