/**
 * Exact conversions between float32 and the two 16-bit formats, on bit patterns (so that NaN payloads survive:
 * a JavaScript number would lose them). Narrowing rounds to nearest, ties to even, as IEEE 754 and PyTorch do.
 */

/** float32 bit pattern of each of the 65536 float16 bit patterns; 256 KB, built on first use. */
let float16Table: Uint32Array | undefined;

function float32BitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // Subnormal, fraction * 2^-24: every one of them is a normal float32 once its leading one is the hidden bit.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}

function halfBitsOfFloat32(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    const payload = (magnitude >>> 13) & 0x3ff;
    // A payload that lives only in the dropped bits must not turn the NaN into an infinity.
    return sign | 0x7c00 | (payload === 0 ? 0x200 : payload);
  }
  // 65520 = halfway between the largest float16 (65504) and 2^16: from there on, rounding gives infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal float16. Adding 0xfff + (lowest kept bit) rounds to nearest even; a carry runs into the exponent, rightly.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // At or below 2^-25 (half the smallest subnormal; the tie goes to even, zero).
  if (magnitude <= 0x33000000) return sign;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - (magnitude >>> 23);
  const kept = fraction >>> shift;
  const dropped = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (dropped > half || (dropped === half && (kept & 1) === 1) ? 1 : 0));
}

function bfloat16BitsOfFloat32(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) {
    const top = bits >>> 16;
    return (top & 0x7f) === 0 ? top | 0x40 : top;
  }
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** float16 bit patterns to float32; exact for every pattern, NaN payloads kept. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const table = (float16Table ??= Uint32Array.from({ length: 65536 }, (_, half) => float32BitsOfHalf(half)));
  const values = new Float32Array(bits.length);
  const out = bitsOf(values);
  for (let i = 0; i < bits.length; i++) out[i] = table[bits[i]];
  return values;
}

/** float32 to float16 bit patterns, to nearest even; overflow becomes infinity, NaN stays NaN (top payload bits kept). */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const out = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = halfBitsOfFloat32(bits[i]);
  return out;
}

/** bfloat16 bit patterns to float32; exact for every pattern, NaN payloads kept. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  const out = bitsOf(values);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i] << 16;
  return values;
}

/** float32 to bfloat16 bit patterns, to nearest even; overflow becomes infinity, NaN stays NaN (top payload bits kept). */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const out = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = bfloat16BitsOfFloat32(bits[i]);
  return out;
}
