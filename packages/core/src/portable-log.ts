const bits = new DataView(new ArrayBuffer(8));
const sqrtHalf = 0.7071067811865476;
// ln 2 in two parts, so that exponent * high is exact.
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/**
 * Natural logarithm of a positive normal double, by + - * / only. IEEE 754 fixes those to the last bit, while
 * `Math.log` may differ between JavaScript engines: seeded runs have to agree across machines.
 * Relative error below 5e-16.
 */
export function portableLog(x: number): number {
  bits.setFloat64(0, x);
  let exponent = ((bits.getUint32(0) >>> 20) & 0x7ff) - 1022;
  bits.setUint32(0, (bits.getUint32(0) & 0x000fffff) | (1022 << 20));
  let mantissa = bits.getFloat64(0); // [0.5, 1)
  if (mantissa < sqrtHalf) {
    mantissa *= 2;
    exponent -= 1;
  }
  // ln m = 2 atanh(t), t = (m - 1) / (m + 1), |t| <= 0.1716: eleven terms reach double precision.
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let series = 0;
  for (let k = 23; k >= 3; k -= 2) series = square * (1 / k + series);
  return exponent * ln2High + (exponent * ln2Low + 2 * t * series + 2 * t);
}
