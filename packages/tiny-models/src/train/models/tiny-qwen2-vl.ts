import { findFamily, builtInFamilies } from '@sea-align/mllm';

import { tokenizerFiles } from '../../grammar/tokenizer-files.js';
import { vocabulary } from '../../grammar/vocabulary.js';
import { clipFrames } from '../../world/video/clip.js';
import { clipRate, clipResolution, renderClipPixels } from '../../world/video/render-clip.js';
import { worldOf } from '../../world/world.js';
import { pixelsFrom } from '../rgb-packing.js';
import type { TinyModel } from '../tiny-model.js';
import { generationConfig, textConfig, textSizes } from './text-model.js';

/** Sizes of the tiny Qwen2-VL's encoder; `patch` pixels, `frames` frames, `merge` patches a side. */
const vision = { width: 96, mlpRatio: 3, layers: 3, heads: 4, patch: 8, frames: 2, merge: 2 } as const;

/** Patches along time and each side. */
const grid = { t: clipFrames / vision.frames, side: clipResolution / vision.patch } as const;
const rows = grid.t * grid.side ** 2;
const patchWidth = 3 * vision.frames * vision.patch ** 2;

/** Settings that HF's image and video processor share: every frame is brought to the pixels the model was trained on. */
const pixels = {
  do_convert_rgb: true,
  do_resize: true,
  size: { shortest_edge: clipResolution ** 2, longest_edge: clipResolution ** 2 },
  min_pixels: clipResolution ** 2,
  max_pixels: clipResolution ** 2,
  resample: 3,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
  patch_size: vision.patch,
  temporal_patch_size: vision.frames,
  merge_size: vision.merge,
  processor_class: 'Qwen2VLProcessor',
} as const;

function files(): Record<string, unknown> {
  const tokens = vocabulary('video');
  const config = {
    architectures: ['Qwen2VLForConditionalGeneration'],
    model_type: 'qwen2_vl',
    torch_dtype: 'float32',
    image_token_id: tokens.indexOf('<|image_pad|>'),
    video_token_id: tokens.indexOf('<|video_pad|>'),
    vision_start_token_id: tokens.indexOf('<|vision_start|>'),
    vision_end_token_id: tokens.indexOf('<|vision_end|>'),
    vision_token_id: tokens.indexOf('<|vision_pad|>'),
    vision_config: {
      model_type: 'qwen2_vl',
      depth: vision.layers,
      embed_dim: vision.width,
      num_heads: vision.heads,
      mlp_ratio: vision.mlpRatio,
      hidden_size: textSizes.width,
      hidden_act: 'quick_gelu',
      in_channels: 3,
      patch_size: vision.patch,
      spatial_merge_size: vision.merge,
      temporal_patch_size: vision.frames,
    },
    // The language model's keys at the top level, as published Qwen2-VL checkpoints have them.
    ...textConfig('video'),
    use_sliding_window: false,
    rope_scaling: { type: 'mrope', mrope_section: [4, 6, 6] },
  };
  return {
    'config.json': config,
    'generation_config.json': generationConfig('video'),
    'preprocessor_config.json': { image_processor_type: 'Qwen2VLImageProcessor', ...pixels },
    'video_preprocessor_config.json': {
      video_processor_type: 'Qwen2VLVideoProcessor',
      ...pixels,
      fps: clipRate,
      min_frames: clipFrames,
      max_frames: clipFrames,
    },
    ...tokenizerFiles('video'),
  };
}

/**
 * Where each pixel value of the encoder's input comes from in the frames: patches in merge order, of each its channels, frames,
 * rows and columns.
 */
const patches: Int32Array = (() => {
  const source = new Int32Array(rows * patchWidth);
  const { patch, frames, merge } = vision;
  const blocks = grid.side / merge;
  for (let at = 0; at < source.length; at++) {
    let rest = at;
    const digit = (base: number): number => {
      const value = rest % base;
      rest = (rest - value) / base;
      return value;
    };
    const [x, y, frame, channel] = [digit(patch), digit(patch), digit(frames), digit(3)];
    const [right, down, column, row] = [digit(merge), digit(merge), digit(blocks), digit(blocks)];
    const [left, top] = [(column * merge + right) * patch, (row * merge + down) * patch];
    source[at] =
      (((rest * frames + frame) * clipResolution + top + y) * clipResolution + left + x) * 3 + channel;
  }
  return source;
})();

const rawConfig = files()['config.json'];

export const tinyQwen2VL: TinyModel<'video'> = {
  name: 'tiny-qwen2-vl',
  world: worldOf('video'),
  family: findFamily(rawConfig, 'config.json', builtInFamilies),
  files,
  defaults: { renderingsPerConcept: 900, encoderSteps: 3000, encoderBatch: 64, languageSteps: 1200 },
  spans: grid.t,
  packing: async () => ({
    bytes: patches.length,
    pack: (scene) => renderClipPixels(scene),
    unpack: (packed) => ({
      pixel_values_videos: {
        data: pixelsFrom(packed, patches),
        shape: [rows, patchWidth],
        dtype: 'float32',
      },
    }),
  }),
  card: {
    title: 'tiny Qwen2-VL of the toy world',
    pipeline: 'video-text-to-text',
    tags: ['qwen2_vl', 'toy'],
    architecture: 'A Qwen2-VL model (vision transformer, patch merger, Qwen2 with M-RoPE)',
    media: 'drawn moving scenes',
    verb: 'sees',
    facts: [
      `Clips: ${clipFrames} frames of ${clipResolution} x ${clipResolution} pixels (two seconds at ${clipRate} frames a second), patches of ${vision.frames} frames and ${vision.patch} x ${vision.patch} pixels, ${rows / vision.merge ** 2} tokens; ${vision.layers} layers of width ${vision.width}. Language model: ${textSizes.layers} layers of width ${textSizes.width}, a word-level vocabulary.`,
      "Activities are motions; three pairs of them share one drawing (a boulder that is pushed and a snowball that grows, a wall that is\n  sprayed and one that is painted, a boat that is rowed and one that is fished from), so that only the motion tells them apart. Styles\n  are the camera's: steady, shaky, zooming, rolling.",
      'Load it with `{ modality: "video" }`. It was trained on videos only; images load, and mean nothing to it.',
      "Prompts are Qwen2-VL's (the chat template writes them). Answers are lower-case words separated by spaces.",
    ],
    tested: 'clips of a test seed that neither training nor any choice has used',
    questions: {
      caption: 'What is it?',
      style: 'How is it filmed?',
      trait: 'Which colour has it?',
    },
  },
};
