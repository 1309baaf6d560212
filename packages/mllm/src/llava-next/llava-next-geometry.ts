import { ConfigError } from '@sea-align/core';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { patchesPerSide } from '../llava/clip-vision-config.js';
import { embeddingWidth } from '../llava/llava-config.js';
import { selectBestResolution, unpaddedGrid, type Resolution } from './any-resolution.js';
import type { LlavaNextConfig } from './llava-next-config.js';

/** How an image is cut: tiles of the tower's size, and the rows and columns of their features that show it. */
export interface ImageGrid {
  /** Tiles below and beside each other; the whole image on one further tile comes before them. */
  tileRows: number;
  tileColumns: number;
  /** Features that are kept, centred in the grid of all tiles' features. */
  rows: number;
  columns: number;
}

/** The grid of an image of a size in pixels. */
export function imageGrid(config: LlavaNextConfig, size: Resolution): ImageGrid {
  const side = patchesPerSide(config.vision);
  const [height, width] = selectBestResolution(size, config.imageGridPinpoints);
  const tileRows = height / config.vision.imageSize;
  const tileColumns = width / config.vision.imageSize;
  const [rows, columns] = unpaddedGrid(size, [tileRows * side, tileColumns * side]);
  return { tileRows, tileColumns, rows, columns };
}

/** Tiles of an image, the one of the whole image included. */
export function tilesOf({ tileRows, tileColumns }: ImageGrid): number {
  return tileRows * tileColumns + 1;
}

/** E is [tiles * patches, width]; tokens: the whole image's patches, then the kept rows, each with a newline. */
export function gridGeometry(config: LlavaNextConfig, grid: ImageGrid): MediumGeometry {
  const patches = patchesPerSide(config.vision) ** 2;
  const tokens = patches + grid.rows * (grid.columns + 1);
  return {
    key: gridKey(grid),
    modality: 'image',
    rows: tilesOf(grid) * patches,
    width: embeddingWidth(config),
    tokens,
    placeholderId: config.imageTokenId,
    span: tokens,
  };
}

function gridKey({ tileRows, tileColumns, rows, columns }: ImageGrid): string {
  return `image ${tileRows}x${tileColumns} tiles ${rows}x${columns}`;
}

/** @throws ConfigError for a key that is none of this config's */
export function parseGridKey(config: LlavaNextConfig, key: string): ImageGrid {
  const match = /^image (\d+)x(\d+) tiles (\d+)x(\d+)$/.exec(key);
  const [tileRows, tileColumns, rows, columns] = (match?.slice(1) ?? []).map(Number);
  const grid: ImageGrid = { tileRows, tileColumns, rows, columns };
  const side = patchesPerSide(config.vision);
  const { imageSize } = config.vision;
  const fits =
    match !== null &&
    gridKey(grid) === key &&
    config.imageGridPinpoints.some(
      ([height, width]) => height === tileRows * imageSize && width === tileColumns * imageSize,
    ) &&
    isCentred(rows, tileRows * side) &&
    isCentred(columns, tileColumns * side);
  if (fits) return grid;
  const pinpoints = config.imageGridPinpoints.map((pinpoint) => `[${pinpoint.join(', ')}]`).join(', ');
  throw new ConfigError(
    `"${key}" is no geometry of this LLaVA-NeXT model: tiles of ${imageSize} pixels in the resolutions ${pinpoints}.`,
  );
}

function isCentred(kept: number, all: number): boolean {
  return kept >= 0 && kept <= all && (all - kept) % 2 === 0;
}
