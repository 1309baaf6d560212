import { sizeOf } from '../../graph/shape.js';
import { broadcastOffsets } from './iteration.js';
import type { KernelTable } from './kernel.js';

export const productKernels: KernelTable<'matmul' | 'linear'> = {
  matmul: ({ attributes: { transposeA, transposeB }, output }, [a, b]) => {
    const [rows, columns] = output.shape.slice(-2);
    const inner = transposeA ? a.shape[a.shape.length - 2] : a.shape[a.shape.length - 1];
    const batch = output.shape.slice(0, -2);
    const matricesA = broadcastOffsets(a.shape.slice(0, -2), batch);
    const matricesB = broadcastOffsets(b.shape.slice(0, -2), batch);
    const result = new Float64Array(sizeOf(output.shape));
    for (let matrix = 0; matrix < matricesA.length; matrix++) {
      const startA = matricesA[matrix] * rows * inner;
      const startB = matricesB[matrix] * inner * columns;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          let total = 0;
          for (let k = 0; k < inner; k++) {
            const left = a.data[startA + (transposeA ? k * rows + row : row * inner + k)];
            const right = b.data[startB + (transposeB ? column * inner + k : k * columns + column)];
            total += left * right;
          }
          result[(matrix * rows + row) * columns + column] = total;
        }
      }
    }
    return result;
  },
  linear: (_node, [x, weight, bias]) => {
    const [rows, inner] = x.shape;
    const [columns] = weight.shape;
    const result = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let total = bias ? bias.data[column] : 0;
        for (let k = 0; k < inner; k++) total += x.data[row * inner + k] * weight.data[column * inner + k];
        result[row * columns + column] = total;
      }
    }
    return result;
  },
};
