import type { NodeOf } from '../../graph/node.js';
import type { OpName } from '../../ops/attributes.js';
import type { Value } from './value.js';

/** Computes the elements of one operation's output from its operands. */
export type Kernel<K extends OpName> = (node: NodeOf<K>, inputs: readonly Value[]) => Float64Array;

export type KernelTable<K extends OpName = OpName> = { readonly [Name in K]: Kernel<Name> };
