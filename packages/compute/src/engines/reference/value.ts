import type { DType, HostTensor, TypedArray } from '../../graph/dtype.js';
import type { Shape } from '../../graph/shape.js';
import { toFloat32 } from '../../safetensors/convert.js';

/** A value inside the reference interpreter: every dtype is held as float64, which is exact for all but large int64. */
export interface Value {
  readonly data: Float64Array;
  readonly shape: Shape;
  readonly dtype: DType;
}

export function toFloat64(data: TypedArray): Float64Array {
  return data instanceof BigInt64Array ? Float64Array.from(data, Number) : Float64Array.from(data);
}

/** A host tensor of any dtype as a value. */
export function valueOf(tensor: HostTensor): Value {
  const { data, shape, dtype } = tensor;
  const half = dtype === 'float16' || dtype === 'bfloat16';
  return { data: toFloat64((half && toFloat32(tensor)) || data), shape, dtype };
}
