import { hostArrayOf, type DType, type TypedArray } from '../graph/dtype.js';
import type { Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { ModelBuilder, OnnxAttribute } from './model-builder.js';

/** What a lowering needs: names of values, new nodes, and constants stored once however often they are used. */
export class Emitter {
  /** Products with weights stored in half precision are computed in it. */
  readonly narrowProducts: boolean;
  readonly #builder: ModelBuilder;
  readonly #names = new Map<Tensor, string>();
  readonly #constants = new Map<string, string>();
  #counter = 0;

  constructor(builder: ModelBuilder, narrowProducts = false) {
    this.#builder = builder;
    this.narrowProducts = narrowProducts;
  }

  /** Fixes the value name of a tensor before it is produced. */
  bind(tensor: Tensor, name: string): void {
    this.#names.set(tensor, name);
  }

  bound(tensor: Tensor): string | undefined {
    return this.#names.get(tensor);
  }

  /** The value name of a tensor. */
  name(tensor: Tensor): string {
    const known = this.#names.get(tensor);
    if (known !== undefined) return known;
    const { source, shape, dtype } = tensor;
    const name = source.kind === 'constant' ? this.constant(source.data, shape, dtype) : `t${tensor.id}`;
    this.#names.set(tensor, name);
    return name;
  }

  /** Adds a node and returns its output's name; `output` names the tensor it produces, if it is one of the graph. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    options: { readonly output?: Tensor; readonly domain?: string } = {},
  ): string {
    const output = options.output ? this.name(options.output) : `n${this.#counter++}`;
    this.#builder.node(type, inputs, output, attributes, options.domain);
    return output;
  }

  /** The name of an initializer with this value. */
  constant(data: TypedArray | readonly number[], shape: Shape, dtype: DType): string {
    const rounded = toHostArray(data, dtype);
    // Long arrays are told apart by identity: hashing them would cost more than a rare duplicate.
    const key = rounded.length <= 64 ? `${dtype}[${shape.join()}]:${signedText(rounded)}` : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `c${this.#counter++}`;
    this.#builder.initializer(name, rounded, shape, dtype);
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }

  /** A one-dimensional int64 constant, as ONNX takes axes and shapes. */
  int64s(values: readonly number[]): string {
    return this.constant(values, [values.length], 'int64');
  }

  scalar(value: number, dtype: DType): string {
    return this.constant([value], [], dtype);
  }
}

function toHostArray(data: TypedArray | readonly number[], dtype: DType): TypedArray {
  const Target = hostArrayOf[dtype];
  if (data instanceof Target) return data;
  if (dtype === 'int64') return BigInt64Array.from(data as readonly number[], (value) => BigInt(value));
  return new Target(data as readonly number[] & ArrayLike<bigint>);
}

function signedText(data: TypedArray): string {
  return Array.from(data as ArrayLike<number | bigint>, (value) =>
    Object.is(value, -0) ? '-0' : `${value}`,
  ).join();
}
