import { CheckpointError, ConfigError } from '@sea-align/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tinyLlama } from '../testing/checkpoint.fixture.js';
import { fittedSize, selectBestResolution, unpaddedGrid } from './any-resolution.js';
import { llavaNextFamily } from './llava-next-family.js';
import { gridGeometry, imageGrid } from './llava-next-geometry.js';
import { packingIndex } from './pack-features.js';

describe('resolutions', () => {
  // Expected values by hand.
  it('the one that keeps most pixels, then the one that wastes least', () => {
    const candidates = [[336, 672], [672, 336], [672, 672]] as const; // prettier-ignore
    // 300 x 400 fits into all without loss of pixels; the first wastes 336 * 672 - 300 * 400, as does the second: first wins.
    expect(selectBestResolution([300, 400], candidates)).toEqual([336, 672]);
    // Height 600, width 300: [672, 336] scales by 1.12, so all 180000 pixels are kept; [336, 672] keeps only 168 x 336.
    expect(selectBestResolution([600, 300], candidates)).toEqual([672, 336]);
    // 1000 x 1000: [672, 672] keeps 672 * 672, the others 336 * 336.
    expect(selectBestResolution([1000, 1000], candidates)).toEqual([672, 672]);
  });

  it('fitting keeps the aspect ratio and rounds up', () => {
    // Width decides: 48 / 50 = 0.96; 31 * 0.96 = 29.76.
    expect(fittedSize([31, 50], [48, 48])).toEqual([30, 48]);
    expect(fittedSize([100, 10], [48, 48])).toEqual([48, 5]);
  });

  it('unpadding keeps the middle, an even number of rows or columns less', () => {
    // 31 x 50 in a grid of 6 x 6: 31 * 6 / 50 = 3.72, so 3 rows; (6 - 3) / 2 rounds down to 1 on each side: 4 are left.
    expect(unpaddedGrid([31, 50], [6, 6])).toEqual([4, 6]);
    // 50 x 31: the same for columns.
    expect(unpaddedGrid([50, 31], [6, 6])).toEqual([6, 4]);
    expect(unpaddedGrid([24, 24], [3, 3])).toEqual([3, 3]);
  });
});

describe('packing', () => {
  it('whole image first, then the rows of the whole picture across tiles, a newline behind each', () => {
    // Tiles of 2 x 2 patches, two beside each other; the first and the last column are padding.
    const grid = { tileRows: 1, tileColumns: 2, rows: 2, columns: 2 };
    // Rows 0 to 3 are the whole image, 4 to 7 the left tile, 8 to 11 the right one, 12 the newline.
    expect([...packingIndex(2, [grid])]).toEqual([0, 1, 2, 3, 5, 8, 12, 7, 10, 12]);
    // With a second image, its rows start at 12, and the newline is behind both.
    const second = { tileRows: 2, tileColumns: 1, rows: 2, columns: 2 };
    expect([...packingIndex(2, [grid, second])].slice(10)).toEqual([12, 13, 14, 15, 18, 19, 24, 20, 21, 24]);
  });
});

const raw = {
  ...tinyLlama,
  model_type: 'llava_next',
  vision_config: { ...tinyLlama.vision_config, image_size: 24, patch_size: 8 },
  image_grid_pinpoints: [[24, 48], [48, 24], [48, 48], [24, 72]], // prettier-ignore
};
const parse = (changes: object = {}) => llavaNextFamily.parseConfig({ ...raw, ...changes }, 'config.json');

describe('geometry', () => {
  it('comes back from its key, and its tokens are the length of the packing', () => {
    const config = parse();
    const side = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(side, side, (height, width) => {
        const grid = imageGrid(config, [height, width]);
        const geometry = gridGeometry(config, grid);
        expect(llavaNextFamily.geometry(config, geometry.key)).toEqual(geometry);
        const index = packingIndex(3, [grid]);
        expect(index).toHaveLength(geometry.tokens);
        expect(Math.max(...index)).toBe(geometry.rows);
      }),
    );
  });

  it.each([
    'image',
    'image 1x1 tiles 3x3',
    'image 1x2 tiles 3x5',
    'image 1x2 tiles 4x6',
    'image 01x2 tiles 3x6',
    'video 1x2 tiles 3x6',
  ])('refuses the key "%s"', (key) => {
    expect(() => llavaNextFamily.geometry(parse(), key)).toThrow(ConfigError);
  });
});

describe('config', () => {
  it('takes HF’s pinpoints where it has none', () => {
    const defaults = parse({ vision_config: undefined, image_grid_pinpoints: undefined });
    expect(defaults.imageGridPinpoints).toEqual([[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]); // prettier-ignore
    expect(defaults).toMatchObject({ modelType: 'llava_next', visionFeatureLayers: [-2] });
    expect(defaults.vision).toMatchObject({ imageSize: 336, patchSize: 14 });
  });

  it('lists faults, and names parts that are not supported', () => {
    expect(() => parse({ image_grid_pinpoints: [[24, 50]] })).toThrow(/24, 50.*whole tiles of 24/);
    expect(() => parse({ vision_feature_select_strategy: 'full' })).toThrow(/class tokens/);
    expect(() => parse({ image_grid_pinpoints: [] })).toThrow(ConfigError);
    expect(() => parse({ text_config: { model_type: 'gemma' } })).toThrow(CheckpointError);
  });
});
