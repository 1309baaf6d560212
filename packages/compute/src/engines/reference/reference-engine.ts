import { EngineError } from '@sea-align/core';
import { hostArrayOf, type DType, type HostTensor, type TypedArray } from '../../graph/dtype.js';
import type { Graph } from '../../graph/graph.js';
import { liveNodes } from '../../graph/live-nodes.js';
import type { GraphNode } from '../../graph/node.js';
import type { Tensor } from '../../graph/tensor.js';
import type { OpName } from '../../ops/attributes.js';
import type { CompileOptions, Engine, Feeds, Session } from '../engine.js';
import { checkFeeds } from '../feeds.js';
import { parameterValue, weightSourceOf } from '../parameter-values.js';
import type { Kernel } from './kernel.js';
import { referenceKernels } from './kernel-table.js';
import { toFloat64, valueOf, type Value } from './value.js';

/**
 * Interprets graphs in float64, one operation after the other, in plain JavaScript: slow, and right. Intermediate values
 * are never rounded to float32; a graph of float64 inputs and outputs keeps the whole precision.
 */
export class ReferenceEngine implements Engine {
  readonly name = 'reference';
  readonly backend = 'reference';
  readonly device = 'cpu';

  describe(): string {
    return 'reference interpreter (float64, plain JavaScript) on cpu';
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<Session> {
    return new ReferenceSession(graph, options);
  }

  async dispose(): Promise<void> {}
}

class ReferenceSession implements Session {
  readonly #graph: Graph;
  readonly #nodes: readonly GraphNode[];
  readonly #fixed = new Map<Tensor, Value>();
  readonly #label: string;
  #released = false;

  constructor(graph: Graph, options: CompileOptions) {
    this.#graph = graph;
    this.#label = options.label ?? 'graph';
    const { nodes, tensors } = liveNodes(graph);
    this.#nodes = nodes;
    for (const tensor of tensors) {
      const { source, shape, dtype } = tensor;
      if (source.kind === 'constant') this.#fixed.set(tensor, { data: toFloat64(source.data), shape, dtype });
      if (source.kind !== 'parameter') continue;
      const weights = weightSourceOf(options, tensor.name!, this.#label);
      this.#fixed.set(tensor, valueOf(parameterValue(weights, tensor.name!, tensor)));
    }
  }

  async run(feeds: Feeds): Promise<Record<string, HostTensor>> {
    if (this.#released) throw new EngineError(`${this.#label}: the session is released`);
    const values = new Map(this.#fixed);
    for (const [name, data] of checkFeeds(this.#graph.inputs, feeds, this.#label)) {
      const tensor = this.#graph.inputs.get(name)!;
      const { shape, dtype } = tensor;
      values.set(tensor, valueOf({ data, shape, dtype }));
    }
    for (const node of this.#nodes) {
      const { shape, dtype } = node.output;
      const operands = node.inputs.map((input) => values.get(input)!);
      // The table pairs each name with the kernel of that very name, which the compiler cannot follow for a union.
      const data = (referenceKernels[node.op] as Kernel<OpName>)(node, operands);
      values.set(node.output, { data, shape, dtype });
    }
    const results: Record<string, HostTensor> = {};
    for (const [name, { shape, dtype }] of this.#graph.outputs) {
      const { data } = values.get(this.#graph.outputs.get(name)!)!;
      results[name] = { data: fromFloat64(data, dtype), shape, dtype };
    }
    return results;
  }

  async release(): Promise<void> {
    this.#released = true;
  }
}

function fromFloat64(data: Float64Array, dtype: DType): TypedArray {
  if (dtype === 'int64') return BigInt64Array.from(data, (value) => BigInt(value));
  if (dtype === 'float16' || dtype === 'bfloat16') throw halfPrecision();
  return hostArrayOf[dtype].from(data);
}

function halfPrecision(): EngineError {
  return new EngineError('the reference engine returns no half precision; cast the output to float32');
}
