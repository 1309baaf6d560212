import type { NodeOf } from '../../graph/node.js';
import type { OpName } from '../../ops/attributes.js';
import type { Emitter } from '../emitter.js';

/** Writes one operation as ONNX nodes; the last one must produce `node.output`. */
export type Lowering<K extends OpName> = (node: NodeOf<K>, emit: Emitter) => void;

export type LoweringTable<K extends OpName = OpName> = { readonly [Name in K]: Lowering<Name> };

/** An operation that is one ONNX node of the same operands without attributes. */
export function direct<K extends OpName>(type: string): Lowering<K> {
  return (node, emit) => {
    emit.node(
      type,
      node.inputs.map((input) => emit.name(input)),
      {},
      { output: node.output },
    );
  };
}
