import { ConfigError } from '@sea-align/core';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { gridPatches, gridTokens, type Grid } from './grid.js';
import type { Qwen2VLConfig } from './qwen2-vl-config.js';

export const qwen2VLModalities = ['image', 'video'] as const;
export type Qwen2VLModality = (typeof qwen2VLModalities)[number];

/**
 * Geometry of an image ("image 4x6": patches down and across) or a video ("video 2x4x6": temporal patches first). M-RoPE
 * positions are those of HF `get_rope_index`: the token's frame, row and column.
 */
export function qwen2VLGeometry(
  config: Qwen2VLConfig,
  modality: Qwen2VLModality,
  grid: Grid,
): MediumGeometry {
  const { embedDim, spatialMergeSize: merge } = config.vision;
  const sides = modality === 'image' ? [grid.h, grid.w] : [grid.t, grid.h, grid.w];
  const positions = mropePositions(grid, merge);
  return {
    key: `${modality} ${sides.join('x')}`,
    modality,
    rows: gridPatches(grid),
    width: embedDim,
    tokens: gridTokens(grid, merge),
    placeholderId: modality === 'image' ? config.imageTokenId : config.videoTokenId,
    positions,
    span: Math.max(grid.t, grid.h / merge, grid.w / merge),
  };
}

/** Temporal, vertical and horizontal position of every token of a medium, relative to the medium's first position. */
function mropePositions({ t, h, w }: Grid, merge: number): number[][] {
  const axes: number[][] = [[], [], []];
  for (let frame = 0; frame < t; frame++) {
    for (let row = 0; row < h / merge; row++) {
      for (let column = 0; column < w / merge; column++) {
        [frame, row, column].forEach((position, axis) => axes[axis].push(position));
      }
    }
  }
  return axes;
}

/**
 * Inverse of the key.
 * @throws ConfigError for a key of another form or a grid that the merger cannot divide
 */
export function qwen2VLGeometryOf(config: Qwen2VLConfig, key: string): MediumGeometry {
  const { modality, grid } = parseKey(config, key);
  return qwen2VLGeometry(config, modality, grid);
}

/** The grid that a geometry was made from. */
export function gridOf(config: Qwen2VLConfig, geometry: Pick<MediumGeometry, 'key'>): Grid {
  return parseKey(config, geometry.key).grid;
}

const keyPattern = /^(?:(image) |(video) ([1-9]\d*)x)([1-9]\d*)x([1-9]\d*)$/;

function parseKey({ vision }: Qwen2VLConfig, key: string): { modality: Qwen2VLModality; grid: Grid } {
  const found = keyPattern.exec(key);
  const merge = vision.spatialMergeSize;
  if (found !== null) {
    const [, image, , t, h, w] = found;
    const grid = { t: image === undefined ? Number(t) : 1, h: Number(h), w: Number(w) };
    if (grid.h % merge === 0 && grid.w % merge === 0) {
      return { modality: image === undefined ? 'video' : 'image', grid };
    }
  }
  throw new ConfigError(
    `"${key}" is no medium of Qwen2-VL: "image HxW" or "video TxHxW" in patches was expected, H and W divisible by ${merge}.`,
  );
}
