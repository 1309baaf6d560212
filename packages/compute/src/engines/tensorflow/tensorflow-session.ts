import { EngineError, SeaError } from '@sea-align/core';
import type { DType, HostTensor } from '../../graph/dtype.js';
import type { Graph } from '../../graph/graph.js';
import { liveNodes } from '../../graph/live-nodes.js';
import type { GraphNode } from '../../graph/node.js';
import { formatShape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import type { OpName } from '../../ops/attributes.js';
import type { CompileOptions, Feeds, Session } from '../engine.js';
import { checkFeeds } from '../feeds.js';
import { parameterValue, weightSourceOf } from '../parameter-values.js';
import { download, tfElementType, upload } from './element-types.js';
import { lower } from './lowering.js';
import type { TfTensor, Tfjs } from './tfjs.js';

/** Operations that only move elements: exact in any element type, whatever holds it on the device. */
const movesOnly: ReadonlySet<OpName> = new Set<OpName>([
  'reshape',
  'transpose',
  'broadcastTo',
  'slice',
  'concat',
  'pad',
  'gather',
]);

function assertComputable(node: GraphNode, label: string): void {
  const refuse = (dtype: DType) => {
    throw new EngineError(
      `${label}: the operation ${node.op} gives ${dtype}, which TensorFlow.js does not compute.`,
      {
        hint: 'Cast to float32 before computing, or use another engine.',
      },
    );
  };
  const { dtype } = node.output;
  if (tfElementType(dtype) === undefined) refuse(dtype);
  if ((dtype === 'float16' || dtype === 'bfloat16') && !movesOnly.has(node.op)) refuse(dtype);
}

/** A graph bound to its parameters on the device. */
export class TensorflowSession implements Session {
  private readonly nodes: readonly GraphNode[];
  /** Parameters and constants, uploaded once. */
  private readonly resident = new Map<Tensor, TfTensor>();
  /** How many nodes read each tensor. */
  private readonly readers = new Map<Tensor, number>();
  private readonly live: ReadonlySet<Tensor>;
  private queue: Promise<unknown> = Promise.resolve();
  private released = false;

  /** @throws EngineError, CheckpointError: as `Engine.compile` */
  constructor(
    private readonly tf: Tfjs,
    private readonly backendName: string,
    private readonly graph: Graph,
    private readonly label: string,
    options: CompileOptions,
    private readonly onRelease: (session: TensorflowSession) => void,
  ) {
    const { nodes, tensors } = liveNodes(graph);
    this.nodes = nodes;
    this.live = tensors;
    for (const node of nodes) {
      assertComputable(node, label);
      for (const input of new Set(node.inputs)) this.readers.set(input, (this.readers.get(input) ?? 0) + 1);
    }
    try {
      this.uploadResidents(options);
    } catch (error) {
      this.disposeResidents();
      throw error;
    }
  }

  run(feeds: Feeds): Promise<Record<string, HostTensor>> {
    const result = this.queue.then(() => this.runNow(feeds));
    this.queue = result.catch(() => undefined);
    return result;
  }

  async release(): Promise<void> {
    const pending = this.queue;
    this.queue = pending.then(() => {
      if (this.released) return;
      this.released = true;
      this.disposeResidents();
      this.onRelease(this);
    });
    await this.queue;
  }

  private uploadResidents(options: CompileOptions): void {
    for (const tensor of this.live) {
      const { source, shape, dtype, name = '' } = tensor;
      if (source.kind === 'constant') {
        const value = { data: source.data, shape, dtype };
        this.resident.set(tensor, upload(this.tf, value, `${this.label}: a constant`, false));
      } else if (source.kind === 'parameter') {
        const weights = weightSourceOf(options, name, this.label);
        const value = parameterValue(weights, name, tensor);
        // Bytes that come from a file are nobody else's; an array in memory may be changed by its owner.
        const shared = weights.locate?.(name) === undefined;
        this.resident.set(tensor, upload(this.tf, value, `${this.label}: parameter "${name}"`, shared));
      }
    }
  }

  private disposeResidents(): void {
    for (const tensor of this.resident.values()) tensor.dispose();
    this.resident.clear();
  }

  private async runNow(feeds: Feeds): Promise<Record<string, HostTensor>> {
    if (this.released)
      throw new EngineError(`${this.label}: the session was released; compile the graph again.`);
    const values = checkFeeds(this.graph.inputs, feeds, this.label);
    // The backend is global to the library: another engine of this process may have switched it.
    while (this.tf.getBackend() !== this.backendName) await this.tf.setBackend(this.backendName);

    const owned = new Map<Tensor, TfTensor>();
    try {
      for (const [name, input] of this.graph.inputs) {
        const data = values.get(name);
        if (data === undefined || !this.live.has(input)) continue;
        const { shape, dtype } = input;
        owned.set(input, upload(this.tf, { data, shape, dtype }, `${this.label}: input "${name}"`, false));
      }
      this.compute(owned);
      const outputs: Record<string, HostTensor> = {};
      for (const [name, tensor] of this.graph.outputs) {
        outputs[name] = await download(this.valueOf(tensor, owned), tensor.shape, tensor.dtype);
      }
      return outputs;
    } finally {
      for (const tensor of owned.values()) tensor.dispose();
    }
  }

  /** Runs all nodes; a value is disposed as soon as its last reader has run, unless it is an output. */
  private compute(owned: Map<Tensor, TfTensor>): void {
    const left = new Map(this.readers);
    const outputs = new Set(this.graph.outputs.values());
    for (const node of this.nodes) {
      const inputs = node.inputs.map((input) => this.valueOf(input, owned));
      owned.set(node.output, this.runNode(node, inputs));
      for (const input of new Set(node.inputs)) {
        const remaining = (left.get(input) ?? 0) - 1;
        left.set(input, remaining);
        if (remaining > 0 || outputs.has(input)) continue;
        owned.get(input)?.dispose();
        owned.delete(input);
      }
    }
  }

  private runNode(node: GraphNode, inputs: readonly TfTensor[]): TfTensor {
    try {
      return this.tf.tidy(() => lower(this.tf, node, inputs));
    } catch (cause) {
      if (SeaError.isInstance(cause)) throw cause;
      const operands = node.inputs.map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`).join(', ');
      throw new EngineError(
        `${this.label}: ${node.op}(${operands}) failed in TensorFlow.js: ${(cause as Error).message}`,
        {
          cause,
        },
      );
    }
  }

  private valueOf(tensor: Tensor, owned: ReadonlyMap<Tensor, TfTensor>): TfTensor {
    const value = owned.get(tensor) ?? this.resident.get(tensor);
    if (value === undefined)
      throw new EngineError(`${this.label}: tensor ${tensor.id} was used before it was computed.`);
    return value;
  }
}
