import { modelResolution } from '../world/render.js';
import { tokenizerFiles } from '../grammar/tokenizer-files.js';
import { specialTokens, vocabulary } from '../grammar/vocabulary.js';

/** Sizes of the tiny LLaVA. */
export const tinyLlava = {
  vision: { width: 96, mlp: 256, layers: 3, heads: 4, patch: 8 },
  text: { width: 128, mlp: 344, layers: 4, heads: 4, positions: 256 },
} as const;

export const imageTokens = (modelResolution / tinyLlava.vision.patch) ** 2;

/** Every file of the Hugging Face folder but the weights, by name; values are JSON or, for a template, text. */
export function tinyLlavaFiles(): Record<string, unknown> {
  const { vision, text } = tinyLlava;
  const tokens = vocabulary();
  const [begin, end, pad] = [specialTokens.begin, specialTokens.end, specialTokens.pad].map((t) =>
    tokens.indexOf(t),
  );
  const tokenizer = tokenizerFiles();
  return {
    'config.json': {
      architectures: ['LlavaForConditionalGeneration'],
      model_type: 'llava',
      image_token_index: tokens.indexOf(specialTokens.image),
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
        vocab_size: tokens.length,
        hidden_size: text.width,
        intermediate_size: text.mlp,
        num_hidden_layers: text.layers,
        num_attention_heads: text.heads,
        num_key_value_heads: text.heads,
        max_position_embeddings: text.positions,
        rms_norm_eps: 1e-5,
        rope_theta: 10000,
        hidden_act: 'silu',
        attention_bias: false,
        mlp_bias: false,
        tie_word_embeddings: false,
        bos_token_id: begin,
        eos_token_id: end,
        pad_token_id: pad,
      },
    },
    'generation_config.json': {
      bos_token_id: begin,
      eos_token_id: end,
      pad_token_id: pad,
      max_new_tokens: 32,
    },
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
      image_token: specialTokens.image,
      patch_size: vision.patch,
      vision_feature_select_strategy: 'default',
      // HF's processor counts the class token here, which 'default' then leaves out.
      num_additional_image_tokens: 1,
    },
    ...tokenizer,
  };
}
