import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './half-precision.js';

const allPatterns = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** The value of a 16-bit pattern straight from the definition of the format, in float64 arithmetic. */
function valueByDefinition(pattern: number, exponentBits: number, fractionBits: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const bias = 2 ** (exponentBits - 1) - 1;
  const exponent = (pattern >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (pattern & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** Nearest pattern by search over the format's finite values: ties to the even pattern, from 'overflow' on infinity. */
function nearestBySearch(value: number, table: Float64Array, infinity: number, overflow: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= overflow) return sign | infinity;
  let low = 0;
  let high = infinity - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (table[middle] <= magnitude) low = middle;
    else high = middle - 1;
  }
  if (low === infinity - 1) return sign | low;
  const below = magnitude - table[low];
  const above = table[low + 1] - magnitude;
  const up = above < below || (above === below && (low & 1) === 1);
  return sign | (up ? low + 1 : low);
}

const formats = [
  { name: 'float16', exponentBits: 5, fractionBits: 10, widen: float16ToFloat32, narrow: float32ToFloat16 },
  { name: 'bfloat16', exponentBits: 8, fractionBits: 7, widen: bfloat16ToFloat32, narrow: float32ToBfloat16 },
];

describe.each(formats)('$name', ({ exponentBits, fractionBits, widen, narrow }) => {
  const infinity = (2 ** exponentBits - 1) << fractionBits;
  const magnitudes = Float64Array.from({ length: infinity }, (_, i) =>
    valueByDefinition(i, exponentBits, fractionBits),
  );
  const largest = magnitudes[infinity - 1];
  const overflow = largest + (largest - magnitudes[infinity - 2]) / 2;

  it('widens all 65536 patterns to the value the format defines', () => {
    const values = widen(allPatterns);
    const wrong = [...allPatterns].filter(
      (pattern) => !Object.is(values[pattern], valueByDefinition(pattern, exponentBits, fractionBits)),
    );
    expect(wrong).toEqual([]);
  });

  it('gives back all 65536 patterns, NaN payloads included', () => {
    expect(narrow(widen(allPatterns))).toEqual(allPatterns);
  });

  it('rounds to nearest even around every value: halfway points and their float32 neighbours', () => {
    const probes: number[] = [];
    const bits = new Uint32Array(1);
    const asFloat = new Float32Array(bits.buffer);
    for (let i = 0; i < infinity; i++) {
      asFloat[0] = (magnitudes[i] + (magnitudes[i + 1] ?? 2 * overflow - largest)) / 2;
      const middle = bits[0];
      for (const step of [-1, 0, 1]) {
        bits[0] = middle + step;
        if (Number.isFinite(asFloat[0])) probes.push(asFloat[0], -asFloat[0]);
      }
    }
    const narrowed = narrow(Float32Array.from(probes));
    const wrong = probes.filter(
      (value, i) => narrowed[i] !== nearestBySearch(value, magnitudes, infinity, overflow),
    );
    expect(probes.length).toBeGreaterThan(infinity * 5);
    expect(wrong).toEqual([]);
  });

  it('rounds arbitrary float32 values to nearest even', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(narrow(Float32Array.of(value))[0]).toBe(
          nearestBySearch(value, magnitudes, infinity, overflow),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps a NaN whose payload is only in the dropped bits a NaN', () => {
    const nan = new Float32Array(Uint32Array.of(0x7f800001, 0xff800001).buffer);
    expect([...widen(narrow(nan))]).toEqual([NaN, NaN]);
  });
});

describe('float16, worked by hand', () => {
  it.each([
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [-(2 ** -14), 0x8400],
    [2 ** -14 - 2 ** -25, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [-0, 0x8000],
    [Infinity, 0x7c00],
  ])('%d -> %i', (value, pattern) => {
    expect(float32ToFloat16(Float32Array.of(value))[0]).toBe(pattern);
  });

  it('reads a view that does not start at the head of its buffer', () => {
    const backing = Float32Array.of(9, 1, -2, 9);
    expect([...float32ToFloat16(backing.subarray(1, 3))]).toEqual([0x3c00, 0xc000]);
    expect([...float32ToBfloat16(backing.subarray(1, 3))]).toEqual([0x3f80, 0xc000]);
  });
});
