import type { DType, HostTensor } from '../graph/dtype.js';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './half-precision.js';

/**
 * The values of a floating point tensor as float32: exact from float16 and bfloat16, rounded from float64, the very
 * array (no copy) from float32. Undefined for the other element types.
 */
export function toFloat32({ data, dtype }: HostTensor): Float32Array | undefined {
  switch (dtype) {
    case 'float32':
      return data as Float32Array;
    case 'float16':
      return float16ToFloat32(data as Uint16Array);
    case 'bfloat16':
      return bfloat16ToFloat32(data as Uint16Array);
    case 'float64':
      return Float32Array.from(data as Float64Array);
    default:
      return undefined;
  }
}

/** A host tensor of the given floating point type holding `values`, rounded to nearest even where it is narrower. */
export function fromFloat32(
  values: Float32Array,
  shape: readonly number[],
  dtype: Extract<DType, 'float32' | 'float16' | 'bfloat16'>,
): HostTensor {
  switch (dtype) {
    case 'float32':
      return { data: values, shape, dtype };
    case 'float16':
      return { data: float32ToFloat16(values), shape, dtype };
    case 'bfloat16':
      return { data: float32ToBfloat16(values), shape, dtype };
  }
}

/** Index of the first NaN or infinite element, -1 if there is none (always -1 for integers). Row-major. */
export function firstNonFinite({ data, dtype }: HostTensor): number {
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const exponent = dtype === 'float16' ? 0x7c00 : 0x7f80;
    return (data as Uint16Array).findIndex((bits) => (bits & exponent) === exponent);
  }
  if (dtype === 'float32' || dtype === 'float64') {
    return (data as Float32Array | Float64Array).findIndex((value) => !Number.isFinite(value));
  }
  return -1;
}
