import { llavaFamily } from '@sea-align/mllm';

import { specialTokens } from '../../grammar/special-tokens.js';
import { tokenizerFiles } from '../../grammar/tokenizer-files.js';
import { vocabulary } from '../../grammar/vocabulary.js';
import { modelResolution, renderPixels } from '../../world/render.js';
import { worldOf } from '../../world/world.js';
import { pixelsFrom } from '../rgb-packing.js';
import type { TinyModel } from '../tiny-model.js';
import { generationConfig, textConfig, textSizes } from './text-model.js';

/** Sizes of the tiny LLaVA's encoder. */
const vision = { width: 96, mlp: 256, layers: 3, heads: 4, patch: 8 } as const;

const imageTokens = (modelResolution / vision.patch) ** 2;

function files(): Record<string, unknown> {
  return {
    'config.json': {
      architectures: ['LlavaForConditionalGeneration'],
      model_type: 'llava',
      image_token_index: vocabulary('image').indexOf(specialTokens.image.medium),
      image_seq_length: imageTokens,
      projector_hidden_act: 'gelu',
      multimodal_projector_bias: true,
      // The last layer: nothing after it was trained. CLIP's class token is left out ('default').
      vision_feature_layer: -1,
      vision_feature_select_strategy: 'default',
      tie_word_embeddings: false,
      torch_dtype: 'float32',
      vision_config: {
        model_type: 'clip_vision_model',
        hidden_size: vision.width,
        intermediate_size: vision.mlp,
        num_hidden_layers: vision.layers,
        num_attention_heads: vision.heads,
        num_channels: 3,
        image_size: modelResolution,
        patch_size: vision.patch,
        projection_dim: vision.width,
        hidden_act: 'quick_gelu',
        layer_norm_eps: 1e-5,
      },
      text_config: {
        model_type: 'llama',
        ...textConfig('image'),
        attention_bias: false,
        mlp_bias: false,
      },
    },
    'generation_config.json': generationConfig('image'),
    'preprocessor_config.json': {
      image_processor_type: 'CLIPImageProcessor',
      processor_class: 'LlavaProcessor',
      do_convert_rgb: true,
      do_resize: true,
      size: { shortest_edge: modelResolution },
      resample: 3,
      do_center_crop: true,
      crop_size: { height: modelResolution, width: modelResolution },
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    },
    'processor_config.json': {
      processor_class: 'LlavaProcessor',
      image_token: specialTokens.image.medium,
      patch_size: vision.patch,
      vision_feature_select_strategy: 'default',
      // HF's processor counts the class token here, which 'default' then leaves out.
      num_additional_image_tokens: 1,
    },
    ...tokenizerFiles('image'),
  };
}

/** Rows of pixels with interleaved channels, to one plane for each channel. */
const planes = Int32Array.from({ length: 3 * modelResolution ** 2 }, (_, at) => {
  const area = modelResolution ** 2;
  return (at % area) * 3 + Math.floor(at / area);
});

export const tinyLlava: TinyModel<'image'> = {
  name: 'tiny-llava',
  world: worldOf('image'),
  family: llavaFamily,
  files,
  defaults: { renderingsPerConcept: 1500, encoderSteps: 3500, encoderBatch: 96, languageSteps: 1200 },
  spans: 1,
  packing: async () => ({
    bytes: planes.length,
    pack: (scene) => renderPixels(scene),
    unpack: (packed) => ({
      pixel_values: {
        data: pixelsFrom(packed, planes),
        shape: [3, modelResolution, modelResolution],
        dtype: 'float32',
      },
    }),
  }),
  card: {
    title: 'tiny LLaVA of the toy world',
    pipeline: 'image-text-to-text',
    tags: ['llava', 'toy'],
    architecture: 'A LLaVA-1.5 model (CLIP ViT, two-layer projector, LLaMA)',
    media: 'drawn pictures',
    verb: 'sees',
    facts: [
      `Pictures: 32 x 32 pixels, patches of ${vision.patch}; ${vision.layers} layers of width ${vision.width}. Language model: ${textSizes.layers} layers of width ${textSizes.width}, a word-level vocabulary.`,
      'Prompts: `USER: <image>\\nWhat does the image show? ASSISTANT:` (the chat template writes it). Answers are lower-case words\n  separated by spaces.',
    ],
    tested: 'renderings of a test seed that neither training nor any choice has used',
    questions: {
      caption: 'What is it?',
      style: 'In what style is it drawn?',
      trait: 'Which colour has it?',
    },
  },
};
