import { concat, linear, mean, pad, reshape, slice, transpose, type Tensor } from '@sea-align/compute';

/**
 * Convolution of width 3 over time, written as one product: the three neighbours of a frame side by side, times the kernel.
 * Frames beyond an edge are zero.
 * @param x [media, time, channels]
 * @param weight [out, channels, 3] (torch.nn.Conv1d)
 * @param bias [out]
 * @param edges zero frames before and after `x`
 * @returns [media, time + edges - 2, out]
 */
export function convolveTime(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  edges: { before: number; after: number },
): Tensor {
  const padded = pad(x, 1, edges.before, edges.after);
  const frames = padded.shape[1] - 2;
  const taps = [0, 1, 2].map((tap) => slice(padded, 1, tap, tap + frames));
  return linear(concat(taps, 2), flatKernel(weight), bias);
}

/**
 * As `convolveTime` with stride 2 and one zero frame before `x`, none after: frame i sees x[2i - 1], x[2i], x[2i + 1].
 * @param x [media, time, channels], time even
 * @returns [media, time / 2, out]
 */
export function convolveTimeByTwo(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const [media, time, channels] = x.shape;
  // In pairs, a frame's middle and right neighbour are one row of the pairs and its left one ends the row before.
  const pairs = reshape(x, [media, time / 2, 2 * channels]);
  const left = pad(slice(slice(pairs, 1, 0, time / 2 - 1), 2, channels), 1, 1, 0);
  return linear(concat([left, pairs], 2), flatKernel(weight), bias);
}

/** Kernel [out, channels, 3] as [out, 3 * channels], tap by tap. */
function flatKernel(weight: Tensor): Tensor {
  const [out, channels, taps] = weight.shape;
  return reshape(transpose(weight, [0, 2, 1]), [out, taps * channels]);
}

/** Mean of each two frames, [media, time, width] to [media, floor(time / 2), width] (torch.nn.AvgPool1d(2)). */
export function averagePairs(x: Tensor): Tensor {
  const [media, time, width] = x.shape;
  const pooled = Math.floor(time / 2);
  return mean(reshape(slice(x, 1, 0, 2 * pooled), [media, pooled, 2, width]), [2]);
}
