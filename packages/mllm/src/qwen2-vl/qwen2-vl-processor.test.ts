import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MediaError } from '@sea-align/core';
import { afterAll, describe, expect, it } from 'vitest';
import type { PreparedMedium } from '../family/prepared-medium.js';
import { temporaryFolder } from '../testing/checkpoint.fixture.js';
import { framePixels } from './frame-pixels.js';
import { sampleFrameIndices } from './frame-sampling.js';
import {
  imageSettings,
  picture,
  pictures,
  readProcessingFixture,
  videoSettings,
} from './processing.fixture.js';
import { qwen2VLFamily } from './qwen2-vl-family.js';
import type { Qwen2VLModality } from './qwen2-vl-geometry.js';
import { Qwen2VLProcessor } from './qwen2-vl-processor.js';
import { smartResize } from './smart-resize.js';

const reference = readProcessingFixture();
const temporary = temporaryFolder();
afterAll(() => temporary.remove());

let folders = 0;

/** A processor with the given settings file, for a tower that fits it. */
async function processor(modality: Qwen2VLModality, settings?: object, file = 'preprocessor_config.json') {
  const folder = join(temporary.folder, String(folders++));
  mkdirSync(folder);
  if (settings !== undefined) writeFileSync(join(folder, file), JSON.stringify(settings));
  const { patch_size, merge_size, temporal_patch_size } = {
    patch_size: 14,
    merge_size: 2,
    temporal_patch_size: 2,
    ...settings,
  };
  const config = qwen2VLFamily.parseConfig(
    {
      model_type: 'qwen2_vl',
      hidden_size: 16,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      rope_scaling: { type: 'mrope', mrope_section: [1, 1, 2] },
      vision_config: { hidden_size: 16, patch_size, spatial_merge_size: merge_size, temporal_patch_size },
    },
    'config.json',
  );
  return Qwen2VLProcessor.load(folder, config, modality);
}

function pixelsOf({ features }: PreparedMedium): Float32Array {
  return Object.values(features)[0].data as Float32Array;
}

function gridOf({ geometry }: PreparedMedium): number[] {
  const sides = geometry.key
    .slice(geometry.modality.length + 1)
    .split('x')
    .map(Number);
  return geometry.modality === 'image' ? [1, ...sides] : sides;
}

interface Statistics {
  image_std?: number[];
  rescale_factor?: number;
  do_normalize?: boolean;
}

/** How many levels of 8 bits a difference of two values of a channel is. */
function levels(difference: number, channel: number, settings: Statistics): number {
  const {
    image_std = [0.26862954, 0.26130258, 0.27577711],
    rescale_factor = 1 / 255,
    do_normalize = true,
  } = settings;
  return (difference * (do_normalize ? image_std[channel] : 1)) / rescale_factor;
}

/** Checks the sampled pixels; the result is how far torch's resampling is off, in levels. */
function compare(
  medium: PreparedMedium,
  wanted: (typeof reference.images)[number],
  settings: Statistics,
): number {
  expect(gridOf(medium)).toEqual(wanted.grid);
  const values = pixelsOf(medium);
  const [rows, width] = Object.values(medium.features)[0].shape;
  expect([rows, values.length]).toEqual([medium.geometry.rows, rows * width]);
  const sampled = values.filter((_, at) => at % 101 === 0);
  expect(sampled.length).toBe(wanted.values.length);
  sampled.forEach((value, at) => expect(Math.abs(value - wanted.values[at])).toBeLessThan(1e-6));
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(wanted.sum, 3);
  const apart = (value: number, at: number): number =>
    levels(Math.abs(value - wanted.fast[at]), Math.floor((((at * 101) % width) * 3) / width), settings);
  return Math.max(...sampled.map(apart));
}

describe('pixels of transformers 4.57', () => {
  it.each(reference.images)('image $width x $height, $config', async (wanted) => {
    const settings = imageSettings[wanted.config];
    const medium = await (
      await processor('image', settings)
    ).preprocess(picture(wanted.width, wanted.height));
    // torch resamples with weights of 16 bits: a value may be off by a level or two.
    expect(compare(medium, wanted, settings)).toBeLessThan(2.01);
  });

  it.each(reference.videos)('video of $frames x $width x $height, $config', async (wanted) => {
    const settings = videoSettings[wanted.config];
    const medium = await (
      await processor('video', settings, 'video_preprocessor_config.json')
    ).preprocess({ frames: pictures(wanted.frames, wanted.width, wanted.height), framesPerSecond: 8 });
    expect(compare(medium, wanted, settings)).toBeLessThan(2.01);
  });
});

describe('sizes', () => {
  it.each([true, false])('smart resize (possible: %s)', (possible) => {
    const cases = reference.smart_resize.filter(([, , , , , result]) => (result !== null) === possible);
    expect(cases.length).toBeGreaterThan(possible ? 200 : 3);
    for (const [height, width, factor, minPixels, maxPixels, result] of cases) {
      const resize = () => smartResize({ width, height }, factor, { minPixels, maxPixels });
      if (result === null) expect(resize).toThrow(MediaError);
      else expect(resize(), `${height} ${width} ${factor}`).toEqual({ height: result[0], width: result[1] });
    }
  });

  it('come from min_pixels and max_pixels, else from size, else from the class; options come first', async () => {
    const key = async (settings: object | undefined, modality: Qwen2VLModality = 'image', options = {}) => {
      const medium = await (
        await processor(modality, settings)
      ).preprocess(
        modality === 'image' ? picture(300, 300) : { frames: pictures(2, 300, 300), framesPerSecond: 1 },
        options,
      );
      return medium.geometry.key;
    };
    expect(await key(undefined)).toBe('image 22x22');
    const size = { shortest_edge: 28 * 28, longest_edge: 113 * 113 };
    expect(await key({ size })).toBe('image 8x8');
    expect(await key({ size, max_pixels: 57 * 57 })).toBe('image 4x4');
    expect(await key({ size }, 'image', { maxPixels: 85 * 85 })).toBe('image 6x6');
    expect(await key({ size }, 'image', { minPixels: 168 * 168, maxPixels: 1e6 })).toBe('image 22x22');
    // 128 * 28 * 28 pixels at least.
    expect(await key(undefined, 'video')).toBe('video 1x24x24');
    expect(await key({ size }, 'video')).toBe('video 1x8x8');
  });

  it('more frames are smaller ones', () => {
    const range = { minPixels: 128 * 28 * 28, maxPixels: 768 * 28 * 28 };
    const most = (frames: number) => framePixels(range, frames, 2).maxPixels / 28 ** 2;
    // 24576 tokens' pixels for the temporal patches together.
    expect([1, 64, 65, 128, 768].map(most)).toEqual(
      [768, 768, (24576 / 65) * 2, 384, 134.4].map((n) => expect.closeTo(n, 2)),
    );
  });

  it('without do_resize they must be divisible', async () => {
    const image = await processor('image', { do_resize: false });
    expect((await image.preprocess(picture(56, 28))).geometry.key).toBe('image 2x4');
    await expect(image.preprocess(picture(57, 28))).rejects.toThrow(/57 x 28 pixels cannot be divided/);
  });
});

describe('frames that are looked at', () => {
  it.each(reference.sampling)(
    '%i frames at %f a second, %f wanted',
    (total, rate, fps, minFrames, maxFrames, wanted) => {
      const options = { fps, minFrames, maxFrames, temporalPatchSize: 2 };
      expect(sampleFrameIndices(total, rate, options)).toEqual(wanted);
    },
  );

  it('a single frame is taken; options must make sense', () => {
    const options = { fps: 2, minFrames: 4, maxFrames: 768, temporalPatchSize: 2 };
    expect(sampleFrameIndices(1, 30, options)).toEqual([0]);
    expect(sampleFrameIndices(9, 30, { ...options, fps: undefined })).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((at) => Math.trunc((at * 9) / 8)),
    );
    expect(() => sampleFrameIndices(9, 30, { ...options, fps: 0 })).toThrow(/fps must be more than 0/);
    expect(() => sampleFrameIndices(9, NaN, options)).toThrow(/frames a second/);
  });

  it('decoded frames are all taken, unless fewer are asked for', async () => {
    const video = await processor('video', videoSettings['default']);
    const source = { frames: pictures(10, 56, 56), framesPerSecond: 5 };
    const grids = async (options: object) => gridOf(await video.preprocess(source, options));
    expect(await grids({})).toEqual([5, 4, 4]);
    expect(await grids({ maxFrames: 6 })).toEqual([3, 4, 4]);
    // 2 seconds.
    expect(await grids({ fps: 3 })).toEqual([3, 4, 4]);
    const sampled = await video.preprocess(source, { fps: 3 });
    const chosen = [0, 1, 3, 5, 6, 8].map((at) => source.frames[at]);
    expect(pixelsOf(sampled)).toEqual(pixelsOf(await video.preprocess({ ...source, frames: chosen })));
  });
});

describe('blank media', () => {
  it('are of one colour, and of the geometry that is said', async () => {
    const image = await processor('image');
    const white = await image.blank();
    expect(white.geometry).toEqual(image.blankGeometry);
    expect(white.geometry).toMatchObject({ key: 'image 16x16', rows: 256, tokens: 64, span: 8 });
    const levels = [0.48145466, 0.4578275, 0.40821073].map(
      (mean, c) => (1 - mean) / [0.26862954, 0.26130258, 0.27577711][c],
    );
    const area = 2 * 14 * 14;
    pixelsOf(white).forEach((value, at) => {
      if (Math.abs(value - levels[Math.floor(at / area) % 3]) > 1e-6)
        throw new Error(`pixel ${at} is ${value}`);
    });
    const video = await processor('video', videoSettings['default']);
    const black = await video.blank({ colour: [0, 0, 0], width: 56, height: 28, frames: 5 });
    expect(black.geometry).toMatchObject({
      key: 'video 3x2x4',
      modality: 'video',
      rows: 24,
      tokens: 6,
      span: 3,
    });
    expect(Math.max(...pixelsOf(black))).toBeLessThan(0);
    // 16 patches a side would be more than max_pixels.
    expect(video.blankGeometry.key).toBe('video 4x4x4');
    expect((await video.blank()).geometry).toEqual(video.blankGeometry);
  });
});

describe('what is refused', () => {
  it('media of another kind, odd frames, nothing', async () => {
    const image = await processor('image');
    const video = await processor('video');
    const frames = { frames: pictures(2, 30, 30), framesPerSecond: 2 };
    await expect(image.preprocess(frames)).rejects.toThrow(/An image was expected/);
    await expect(image.preprocess({ samples: new Float32Array(9), sampleRate: 8 })).rejects.toThrow(
      /An image was/,
    );
    await expect(video.preprocess(picture(30, 30))).rejects.toThrow(/A video was expected/);
    await expect(video.preprocess(new Uint8Array(9))).rejects.toThrow(/the video of 9 bytes/);
    await expect(video.preprocess({ ...frames, frames: [] })).rejects.toThrow(/without frames/);
    const odd = { ...frames, frames: [picture(30, 30), picture(31, 30)] };
    await expect(video.preprocess(odd)).rejects.toThrow(/frame 1 has 31 x 30 pixels/);
    await expect(image.preprocess({ ...picture(4, 4), width: 5 })).rejects.toThrow(/do not fill 5 x 4/);
    await expect(image.preprocess(picture(4000, 10))).rejects.toThrow(/too narrow/);
  });

  it('settings that are faulty or of another tower', async () => {
    await expect(processor('image', { min_pixels: 0, image_mean: [1] })).rejects.toThrow(
      /image preprocessor/,
    );
    await expect(processor('image', { size: { shortest_edge: 3 } })).rejects.toThrow(/image preprocessor/);
    const folder = join(temporary.folder, 'other-tower');
    mkdirSync(folder);
    writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify({ patch_size: 16 }));
    const config = qwen2VLFamily.parseConfig(
      {
        model_type: 'qwen2_vl',
        hidden_size: 16,
        num_attention_heads: 2,
        num_key_value_heads: 1,
        rope_scaling: { type: 'mrope', mrope_section: [1, 1, 2] },
        vision_config: { hidden_size: 16 },
      },
      'config.json',
    );
    await expect(Qwen2VLProcessor.load(folder, config, 'video')).rejects.toThrow(
      /patch_size is 16, the vision tower's is 14/,
    );
    await expect(qwen2VLFamily.loadProcessor(folder, config, 'audio')).rejects.toThrow(/image and video/);
  });
});
