/** The two factors of one module's update: W + scale * B A. */
export interface LoraFactors {
  /** [rank, in], row-major. */
  a: Float32Array;
  /** [out, rank], row-major. */
  b: Float32Array;
  rank: number;
}

/**
 * W + scale * B A, the weight that LoRA (Hu et al. 2021, arXiv 2106.09685, equation 3) stands for; sums in float64.
 *
 * @param weight [out, in], row-major
 * @param scale alpha / rank (alpha / sqrt(rank) for rsLoRA)
 * @returns a new [out, in] array
 */
export function mergeLora(weight: Float32Array, factors: LoraFactors, scale: number): Float32Array {
  const { a, b, rank } = factors;
  const inputs = a.length / rank;
  const merged = new Float32Array(weight.length);
  const row = new Float64Array(inputs);
  for (let out = 0; out < weight.length / inputs; out++) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = scale * b[out * rank + k];
      for (let i = 0; i < inputs; i++) row[i] += factor * a[k * inputs + i];
    }
    for (let i = 0; i < inputs; i++) merged[out * inputs + i] = weight[out * inputs + i] + row[i];
  }
  return merged;
}
