import type { DType, TypedArray } from '../graph/dtype.js';

/** The element types that this package reads and writes, by their name in a safetensors header. */
export type SafetensorsDType = 'F32' | 'F16' | 'BF16' | 'I32' | 'I64' | 'U8';

interface ElementType {
  readonly dtype: DType;
  readonly bytes: number;
  /** Views `length` elements of a buffer; F16 and BF16 as their bit patterns. */
  readonly view: (buffer: ArrayBuffer, byteOffset: number, length: number) => TypedArray;
  readonly holds: (data: TypedArray) => boolean;
}

export const elementTypes: Readonly<Record<SafetensorsDType, ElementType>> = {
  F32: {
    dtype: 'float32',
    bytes: 4,
    view: (buffer, at, n) => new Float32Array(buffer, at, n),
    holds: (data) => data instanceof Float32Array,
  },
  F16: {
    dtype: 'float16',
    bytes: 2,
    view: (buffer, at, n) => new Uint16Array(buffer, at, n),
    holds: (data) => data instanceof Uint16Array,
  },
  BF16: {
    dtype: 'bfloat16',
    bytes: 2,
    view: (buffer, at, n) => new Uint16Array(buffer, at, n),
    holds: (data) => data instanceof Uint16Array,
  },
  I32: {
    dtype: 'int32',
    bytes: 4,
    view: (buffer, at, n) => new Int32Array(buffer, at, n),
    holds: (data) => data instanceof Int32Array,
  },
  I64: {
    dtype: 'int64',
    bytes: 8,
    view: (buffer, at, n) => new BigInt64Array(buffer, at, n),
    holds: (data) => data instanceof BigInt64Array,
  },
  U8: {
    dtype: 'uint8',
    bytes: 1,
    view: (buffer, at, n) => new Uint8Array(buffer, at, n),
    holds: (data) => data instanceof Uint8Array,
  },
};

export const supportedDTypes = Object.keys(elementTypes) as SafetensorsDType[];

/** The header name of an element type given by either of its names; undefined if safetensors files cannot hold it here. */
export function safetensorsDType(dtype: DType | SafetensorsDType): SafetensorsDType | undefined {
  return supportedDTypes.find((name) => name === dtype || elementTypes[name].dtype === dtype);
}
