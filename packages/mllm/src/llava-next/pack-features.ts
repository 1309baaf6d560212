import { concat, gather, reshape, type Graph, type Tensor } from '@sea-align/compute';
import type { ParameterSource } from '../layers/parameter-source.js';
import { patchesPerSide } from '../llava/clip-vision-config.js';
import { tilesOf, type ImageGrid } from './llava-next-geometry.js';
import type { LlavaNextConfig } from './llava-next-config.js';

/** Name of the row that stands at the end of each row of features, [text width]. */
export const imageNewlineName = 'image_newline';

/**
 * Lays projected tiles out as HF `pack_image_features` does: the whole image's patches, then the tiles' patches row by row of the
 * whole picture, padding cut off, each row with the newline embedding at its end.
 * @param projected [sum of tiles * patches, text width] of all images
 * @returns [sum of tokens, text width]
 */
export function packFeatures(
  graph: Graph,
  config: LlavaNextConfig,
  source: ParameterSource,
  grids: readonly ImageGrid[],
  projected: Tensor,
): Tensor {
  const { hiddenSize } = config.text;
  const newline = reshape(source.weight(imageNewlineName, [hiddenSize]), [1, hiddenSize]);
  const index = packingIndex(patchesPerSide(config.vision), grids);
  return gather(concat([projected, newline], 0), graph.constant(index, [index.length], 'int32'));
}

/** Rows of the projected features of all images in the order of the sequence; the row behind them is the newline. */
export function packingIndex(side: number, grids: readonly ImageGrid[]): Int32Array {
  const patches = side * side;
  const newline = grids.reduce((sum, grid) => sum + tilesOf(grid) * patches, 0);
  const index: number[] = [];
  let base = 0;
  for (const grid of grids) {
    for (let patch = 0; patch < patches; patch++) index.push(base + patch);
    const top = (grid.tileRows * side - grid.rows) / 2;
    const left = (grid.tileColumns * side - grid.columns) / 2;
    for (let row = top; row < top + grid.rows; row++) {
      for (let column = left; column < left + grid.columns; column++) {
        const tile = 1 + Math.floor(row / side) * grid.tileColumns + Math.floor(column / side);
        index.push(base + tile * patches + (row % side) * side + (column % side));
      }
      index.push(newline);
    }
    base += tilesOf(grid) * patches;
  }
  return Int32Array.from(index);
}
