import type { DType, TypedArray } from '../graph/dtype.js';
import type { Shape } from '../graph/shape.js';
import { ProtobufWriter } from './protobuf-writer.js';

/** TensorProto.DataType (onnx.proto). */
export const onnxDataType = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const satisfies Record<DType, number>;

/** Opset 20 brought Gelu; IR 9 is the version that goes with it. */
const opset = 20;
const irVersion = 9;

/** An attribute of a node: an integer unless wrapped. */
export type OnnxAttribute =
  number | { readonly float: number } | { readonly ints: readonly number[] } | { readonly string: string };

/** Bytes of an initializer that stay in a file. */
export interface ExternalData {
  /** Relative to the model file. */
  readonly location: string;
  readonly offset: number;
  readonly byteLength: number;
}

/** Operations outside the ONNX standard that ONNX Runtime ships. */
export const contribDomain = 'com.microsoft';

/** Assembles a ModelProto. Field numbers are those of onnx.proto. */
export class ModelBuilder {
  readonly #graph = new ProtobufWriter();

  node(
    type: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): void {
    const node = new ProtobufWriter();
    for (const input of inputs) node.string(1, input);
    node.string(2, output).string(3, output).string(4, type);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attributeProto(name, value));
    if (domain !== '') node.string(7, domain);
    this.#graph.message(1, node);
  }

  /** A conversion, for values that cannot be passed in the dtype the graph wants. */
  cast(input: string, output: string, dtype: DType): void {
    this.node('Cast', [input], output, { to: onnxDataType[dtype] });
  }

  initializer(name: string, data: TypedArray, shape: Shape, dtype: DType): void {
    const tensor = tensorProto(name, shape, dtype);
    tensor.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#graph.message(5, tensor);
  }

  externalInitializer(name: string, data: ExternalData, shape: Shape, dtype: DType): void {
    const tensor = tensorProto(name, shape, dtype);
    const entries = { location: data.location, offset: data.offset, length: data.byteLength };
    for (const [key, value] of Object.entries(entries)) {
      tensor.message(13, new ProtobufWriter().string(1, key).string(2, String(value)));
    }
    tensor.integer(14, 1);
    this.#graph.message(5, tensor);
  }

  input(name: string, shape: Shape, dtype: DType): void {
    this.#graph.message(11, valueInfoProto(name, shape, dtype));
  }

  output(name: string, shape: Shape, dtype: DType): void {
    this.#graph.message(12, valueInfoProto(name, shape, dtype));
  }

  finish(): Uint8Array {
    this.#graph.string(2, 'sea');
    return new ProtobufWriter()
      .integer(1, irVersion)
      .string(2, 'sea-align')
      .message(7, this.#graph)
      .message(8, new ProtobufWriter().string(1, '').integer(2, opset))
      .message(8, new ProtobufWriter().string(1, contribDomain).integer(2, 1))
      .finish();
  }
}

function tensorProto(name: string, shape: Shape, dtype: DType): ProtobufWriter {
  const tensor = new ProtobufWriter();
  for (const extent of shape) tensor.integer(1, extent);
  return tensor.integer(2, onnxDataType[dtype]).string(8, name);
}

function valueInfoProto(name: string, shape: Shape, dtype: DType): ProtobufWriter {
  const extents = new ProtobufWriter();
  for (const extent of shape) extents.message(1, new ProtobufWriter().integer(1, extent));
  const type = new ProtobufWriter().integer(1, onnxDataType[dtype]).message(2, extents);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, type));
}

function attributeProto(name: string, value: OnnxAttribute): ProtobufWriter {
  const attribute = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, 2);
  if ('float' in value) return attribute.float(2, value.float).integer(20, 1);
  if ('string' in value) return attribute.string(4, value.string).integer(20, 3);
  for (const item of value.ints) attribute.integer(8, item);
  return attribute.integer(20, 7);
}
