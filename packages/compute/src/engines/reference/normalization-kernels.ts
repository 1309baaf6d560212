import type { KernelTable } from './kernel.js';

export const normalizationKernels: KernelTable<'layerNorm' | 'rmsNorm'> = {
  layerNorm: ({ attributes: { epsilon } }, [x, weight, bias]) => {
    const width = weight.data.length;
    const result = new Float64Array(x.data.length);
    for (let start = 0; start < result.length; start += width) {
      const row = x.data.subarray(start, start + width);
      const mean = row.reduce((total, value) => total + value, 0) / width;
      const variance = row.reduce((total, value) => total + (value - mean) ** 2, 0) / width;
      row.forEach((value, k) => {
        result[start + k] = ((value - mean) / Math.sqrt(variance + epsilon)) * weight.data[k] + bias.data[k];
      });
    }
    return result;
  },
  rmsNorm: ({ attributes: { epsilon } }, [x, weight]) => {
    const width = weight.data.length;
    const result = new Float64Array(x.data.length);
    for (let start = 0; start < result.length; start += width) {
      const row = x.data.subarray(start, start + width);
      const meanSquare = row.reduce((total, value) => total + value * value, 0) / width;
      row.forEach((value, k) => {
        result[start + k] = (value / Math.sqrt(meanSquare + epsilon)) * weight.data[k];
      });
    }
    return result;
  },
};
