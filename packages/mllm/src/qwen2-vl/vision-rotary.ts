import { mergeOrder, type Grid } from './grid.js';

const THETA = 10000;

/**
 * cos and sin of the two-dimensional rotary embedding of one frame's patches (HF `VisionRotaryEmbedding`, `rot_pos_emb`):
 * of each half of the head's width, the first half turns with the patch's row, the second with its column.
 * @returns each [h * w, headDim], patches in merge order
 */
export function visionRotaryTables(
  grid: Grid,
  headDim: number,
  merge: number,
): { cos: Float32Array; sin: Float32Array } {
  const quarter = headDim / 4;
  const places = mergeOrder(grid, merge);
  // Rounded to float32 step by step, as torch does.
  const frequencies = Float32Array.from({ length: quarter }, (_, pair) => {
    const exponent = Math.fround((2 * pair) / (headDim / 2));
    return 1 / Math.fround(THETA ** exponent);
  });
  const cos = new Float32Array(grid.h * grid.w * headDim);
  const sin = new Float32Array(cos.length);
  for (let patch = 0; patch < grid.h * grid.w; patch++) {
    for (let channel = 0; channel < headDim; channel++) {
      const axis = Math.floor((channel % (headDim / 2)) / quarter);
      const angle = Math.fround(places[patch * 2 + axis] * frequencies[channel % quarter]);
      cos[patch * headDim + channel] = Math.cos(angle);
      sin[patch * headDim + channel] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
