/** Element types of tensors, in a graph and on the host. */
export type DType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int32' | 'int64' | 'uint8' | 'bool';

export type TypedArray = Float32Array | Float64Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array;

/**
 * A tensor in host memory, row-major. The array class follows the dtype: float32 -> Float32Array, float64 ->
 * Float64Array, float16 and bfloat16 -> Uint16Array of bit patterns, int32 -> Int32Array, int64 -> BigInt64Array,
 * uint8 and bool -> Uint8Array.
 */
export interface HostTensor {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}
