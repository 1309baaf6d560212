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
  // Loops, as findIndex calls a function for each element: 6 ns in place of 1, of which a 7B checkpoint has 8 billion.
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const bits = data as Uint16Array;
    const exponent = dtype === 'float16' ? 0x7c00 : 0x7f80;
    for (let at = 0; at < bits.length; at++) if ((bits[at] & exponent) === exponent) return at;
  }
  if (dtype === 'float32' || dtype === 'float64') {
    const values = data as Float32Array | Float64Array;
    for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return at;
  }
  return -1;
}
