import { describe, expect, it } from 'vitest';
import { firstNonFinite, fromFloat32, toFloat32 } from './convert.js';

describe('convert', () => {
  it('rounds to the type and back, by hand', () => {
    const values = Float32Array.of(1, -2.5, 1 + 2 ** -9);
    expect(fromFloat32(values, [3], 'float16')).toEqual({
      data: Uint16Array.of(0x3c00, 0xc100, 0x3c02),
      shape: [3],
      dtype: 'float16',
    });
    expect(fromFloat32(values, [3], 'bfloat16')).toEqual({
      data: Uint16Array.of(0x3f80, 0xc020, 0x3f80),
      shape: [3],
      dtype: 'bfloat16',
    });
    expect(toFloat32(fromFloat32(values, [3], 'bfloat16'))).toEqual(Float32Array.of(1, -2.5, 1));
    expect(toFloat32(fromFloat32(values, [3], 'float32'))).toBe(values);
    expect(toFloat32({ data: Float64Array.of(0.1), shape: [1], dtype: 'float64' })).toEqual(
      Float32Array.of(0.1),
    );
    expect(toFloat32({ data: Int32Array.of(1), shape: [1], dtype: 'int32' })).toBeUndefined();
  });

  it('finds the first NaN or infinity in every floating type', () => {
    for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
      expect(firstNonFinite(fromFloat32(Float32Array.of(1, 65504, -0), [3], dtype))).toBe(-1);
      expect(firstNonFinite(fromFloat32(Float32Array.of(1, NaN, Infinity), [3], dtype))).toBe(1);
      expect(firstNonFinite(fromFloat32(Float32Array.of(-Infinity), [1], dtype))).toBe(0);
    }
    expect(firstNonFinite({ data: Float64Array.of(1, NaN), shape: [2], dtype: 'float64' })).toBe(1);
    expect(firstNonFinite({ data: Uint8Array.of(255), shape: [1], dtype: 'uint8' })).toBe(-1);
  });
});
