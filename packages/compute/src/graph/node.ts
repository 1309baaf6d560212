import type { OpAttributes, OpName } from '../ops/attributes.js';
import type { Tensor } from './tensor.js';

/** One application of operation `K`. */
export interface NodeOf<K extends OpName> {
  readonly op: K;
  readonly inputs: readonly Tensor[];
  readonly attributes: OpAttributes[K];
  readonly output: Tensor;
}

/** Any node; `node.op` discriminates the attributes. */
export type GraphNode = { [K in OpName]: NodeOf<K> }[OpName];
