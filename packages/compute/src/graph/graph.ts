import type { OpAttributes, OpName } from '../ops/attributes.js';
import { hostArrayOf, type DType, type TypedArray } from './dtype.js';
import { GraphError } from './graph-error.js';
import type { GraphNode, NodeOf } from './node.js';
import { assertShape, formatShape, sizeOf, type Shape } from './shape.js';
import type { Tensor, TensorSource } from './tensor.js';

/** Counts of what a graph holds, for debugging. */
export interface GraphStats {
  readonly inputs: number;
  readonly parameters: number;
  readonly constants: number;
  readonly nodes: number;
  readonly outputs: number;
  /** Nodes by operation, most frequent first. */
  readonly operations: Readonly<Record<string, number>>;
  /** Elements of all parameters together. */
  readonly parameterElements: number;
}

/**
 * A static tensor program: inputs and parameters, operations on them, named outputs. Shapes are fixed when it is built.
 * Operations are the free functions of this package (`add`, `matmul`, ...); `gradients` extends the same graph.
 */
export class Graph {
  readonly #tensors: Tensor[] = [];
  readonly #inputs = new Map<string, Tensor>();
  readonly #parameters = new Map<string, Tensor>();
  readonly #outputs = new Map<string, Tensor>();
  readonly #nodes: GraphNode[] = [];
  readonly #scalars = new Map<string, Tensor>();

  /** Tensors fed at every run, by name. */
  get inputs(): ReadonlyMap<string, Tensor> {
    return this.#inputs;
  }

  /** Frozen tensors bound from a weight source at compile time, by name. */
  get parameters(): ReadonlyMap<string, Tensor> {
    return this.#parameters;
  }

  /** What a run returns, by name. */
  get outputs(): ReadonlyMap<string, Tensor> {
    return this.#outputs;
  }

  /** All operations in topological order, dead ones included. */
  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  /** Every tensor, indexed by its id. */
  get tensors(): readonly Tensor[] {
    return this.#tensors;
  }

  /** Declares a tensor that every run must feed. @throws GraphError if the name is taken. */
  input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
    this.#assertFree(name);
    const tensor = this.#tensor(shape, dtype, { kind: 'input' }, name);
    this.#inputs.set(name, tensor);
    return tensor;
  }

  /**
   * Declares a frozen tensor whose value the compile step takes from the weight source under `name`. Asking again for a
   * name returns the same tensor. @throws GraphError if the name is taken with another shape or as an input.
   */
  parameter(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
    const known = this.#parameters.get(name);
    if (known) {
      if (formatShape(known.shape) !== formatShape(shape) || known.dtype !== dtype) {
        throw new GraphError(
          `parameter "${name}" is already declared as ${known.dtype} ${formatShape(known.shape)}, not ${dtype} ${formatShape(shape)}`,
        );
      }
      return known;
    }
    this.#assertFree(name);
    const tensor = this.#tensor(shape, dtype, { kind: 'parameter' }, name);
    this.#parameters.set(name, tensor);
    return tensor;
  }

  /**
   * A fixed value. Numbers are kept in float64 until an engine rounds them to `dtype`.
   * @param data one number per element (a lone number fills nothing: it needs `shape` []), or a host array
   */
  constant(data: number | readonly number[] | TypedArray, shape?: Shape, dtype: DType = 'float32'): Tensor {
    const list = typeof data === 'number' ? [data] : data;
    const extents = shape ?? (typeof data === 'number' ? [] : [list.length]);
    if (list.length !== sizeOf(extents)) {
      throw new GraphError(`constant: ${list.length} values do not fill shape ${formatShape(extents)}`);
    }
    const scalarKey =
      extents.length === 0 ? `${dtype}:${Object.is(list[0], -0) ? '-0' : list[0]}` : undefined;
    const known = scalarKey === undefined ? undefined : this.#scalars.get(scalarKey);
    if (known) return known;
    const tensor = this.#tensor(extents, dtype, { kind: 'constant', data: constantData(list, dtype) });
    if (scalarKey !== undefined) this.#scalars.set(scalarKey, tensor);
    return tensor;
  }

  /** Names a tensor as a result. @throws GraphError if the name is taken or the tensor is of another graph. */
  output(name: string, tensor: Tensor): void {
    if (this.#outputs.has(name)) throw new GraphError(`output "${name}" is already defined`);
    if (tensor.graph !== this) throw new GraphError(`output "${name}" is a tensor of another graph`);
    this.#outputs.set(name, tensor);
  }

  /** Appends an operation; called by the operation functions, which have checked shapes and dtypes. */
  append<K extends OpName>(
    op: K,
    inputs: readonly Tensor[],
    attributes: OpAttributes[K],
    shape: Shape,
    dtype: DType,
  ): Tensor {
    for (const input of inputs) {
      if (input.graph !== this) throw new GraphError(`${op}: operand ${input.id} belongs to another graph`);
    }
    // The node and its output point at each other, so the output is filled in right after the node exists.
    const node = { op, inputs: [...inputs], attributes } as unknown as NodeOf<K> & GraphNode;
    const output = this.#tensor(shape, dtype, { kind: 'operation', node });
    Object.assign(node, { output });
    this.#nodes.push(node);
    return output;
  }

  /** Sizes of the graph, dead nodes included. */
  stats(): GraphStats {
    const counts = new Map<string, number>();
    for (const { op } of this.#nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
    let parameterElements = 0;
    for (const { shape } of this.#parameters.values()) parameterElements += sizeOf(shape);
    return {
      inputs: this.#inputs.size,
      parameters: this.#parameters.size,
      constants: this.#tensors.filter(({ source }) => source.kind === 'constant').length,
      nodes: this.#nodes.length,
      outputs: this.#outputs.size,
      operations: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])),
      parameterElements,
    };
  }

  /** A listing of inputs, parameters, operations and outputs, one a line. */
  describe(): string {
    const label = (tensor: Tensor) => tensor.name ?? `%${tensor.id}`;
    const typed = (tensor: Tensor) => `${label(tensor)}: ${tensor.dtype} ${formatShape(tensor.shape)}`;
    const lines = [
      ...[...this.#inputs.values()].map((tensor) => `input ${typed(tensor)}`),
      ...[...this.#parameters.values()].map((tensor) => `parameter ${typed(tensor)}`),
      ...this.#nodes.map((node) => {
        const attributes =
          Object.keys(node.attributes).length > 0 ? ` ${JSON.stringify(node.attributes)}` : '';
        return `${typed(node.output)} = ${node.op}(${node.inputs.map(operand).join(', ')})${attributes}`;
      }),
      ...[...this.#outputs].map(([name, tensor]) => `output ${name} = ${label(tensor)}`),
    ];
    return lines.join('\n');

    function operand(tensor: Tensor): string {
      const { source } = tensor;
      return source.kind === 'constant' && source.data.length === 1 ? String(source.data[0]) : label(tensor);
    }
  }

  #assertFree(name: string): void {
    if (this.#inputs.has(name) || this.#parameters.has(name)) {
      throw new GraphError(`the name "${name}" is already taken by an input or a parameter`);
    }
  }

  #tensor(shape: Shape, dtype: DType, source: TensorSource, name?: string): Tensor {
    assertShape(shape, name ?? source.kind);
    const tensor: Tensor = { graph: this, id: this.#tensors.length, shape: [...shape], dtype, name, source };
    this.#tensors.push(tensor);
    return tensor;
  }
}

function constantData(values: readonly number[] | TypedArray, dtype: DType): TypedArray {
  if (ArrayBuffer.isView(values)) {
    const exact = values instanceof hostArrayOf[dtype];
    const wider =
      (dtype === 'float32' || dtype === 'float64') &&
      (values instanceof Float32Array || values instanceof Float64Array);
    if (!exact && !wider)
      throw new GraphError(`constant: a ${values.constructor.name} does not hold ${dtype}`);
    return values;
  }
  switch (dtype) {
    case 'float32':
    case 'float64':
      return Float64Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, (value) => BigInt(value));
    default:
      throw new GraphError(`constant: give ${dtype} values as bits in a Uint16Array`);
  }
}
