import { EngineError } from '@sea-align/core';
import { hostArrayOf, type DType, type HostTensor, type TypedArray } from '../../graph/dtype.js';
import type { Shape } from '../../graph/shape.js';
import { toFloat32 } from '../../safetensors/convert.js';
import { float32ToBfloat16, float32ToFloat16 } from '../../safetensors/half-precision.js';
import type { TfTensor, Tfjs } from './tfjs.js';

/** The element types TensorFlow.js computes with. */
export type TfElementType = 'float32' | 'int32' | 'bool';

/**
 * What holds a dtype on the device. Half precision is widened (exact), 64-bit and 8-bit integers are held as int32.
 * float64 has no counterpart: undefined.
 */
export function tfElementType(dtype: DType): TfElementType | undefined {
  switch (dtype) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return 'float32';
    case 'int32':
    case 'int64':
    case 'uint8':
      return 'int32';
    case 'bool':
      return 'bool';
    case 'float64':
      return undefined;
  }
}

function narrowInt64(values: BigInt64Array, what: string): Int32Array {
  const narrow = Int32Array.from(values, Number);
  const at = narrow.findIndex((value, i) => BigInt(value) !== values[i]);
  if (at >= 0) {
    throw new EngineError(
      `${what}: the int64 value ${values[at]} at index ${at} does not fit TensorFlow.js's int32.`,
      {
        hint: 'Use the onnxruntime engine, or int32 values.',
      },
    );
  }
  return narrow;
}

function deviceArray(
  { data, shape, dtype }: HostTensor,
  what: string,
): Float32Array | Int32Array | Uint8Array {
  switch (dtype) {
    case 'int32':
      return data as Int32Array;
    case 'uint8':
      return Int32Array.from(data as Uint8Array);
    case 'int64':
      return narrowInt64(data as BigInt64Array, what);
    case 'bool':
      return data as Uint8Array;
    default: {
      // Constants keep the float64 they were written in, whatever their dtype.
      const values = toFloat32({ data, shape, dtype: data instanceof Float64Array ? 'float64' : dtype });
      return values as Float32Array;
    }
  }
}

/**
 * Copies a host tensor to the device. The plain CPU backend keeps the very array it is given, so `copy` says that the
 * caller may change `tensor.data` later.
 */
export function upload(tf: Tfjs, tensor: HostTensor, what: string, copy: boolean): TfTensor {
  const type = tfElementType(tensor.dtype);
  if (type === undefined) {
    throw new EngineError(`${what} is float64, which TensorFlow.js does not have.`, {
      hint: 'Use float32, or the reference engine for float64.',
    });
  }
  const values = deviceArray(tensor, what);
  const own = copy && values === tensor.data ? values.slice() : values;
  return tf.tensor(own, [...tensor.shape], type);
}

/** Copies a device tensor back, as the graph's dtype. The result shares memory with nothing. */
export async function download(tensor: TfTensor, shape: Shape, dtype: DType): Promise<HostTensor> {
  const values = (await tensor.data()) as Float32Array | Int32Array | Uint8Array;
  return { data: hostArray(values, dtype), shape, dtype };
}

function hostArray(values: Float32Array | Int32Array | Uint8Array, dtype: DType): TypedArray {
  switch (dtype) {
    case 'float16':
      return float32ToFloat16(Float32Array.from(values));
    case 'bfloat16':
      return float32ToBfloat16(Float32Array.from(values));
    case 'int64':
      return BigInt64Array.from(values as Int32Array, BigInt);
    default:
      return hostArrayOf[dtype].from(values);
  }
}
