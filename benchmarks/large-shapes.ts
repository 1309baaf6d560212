/** A published 7B model as far as its shape goes: config.json and what its processor needs, as on the Hugging Face Hub. */
export interface LargeShape {
  /** What it is the shape of. */
  published: string;
  /** What embeddings are optimised for; the tiny model of it is of the same family. */
  modality: 'image' | 'video' | 'audio';
  config: Record<string, unknown>;
  preprocessor: Record<string, unknown>;
  /** Ids of the special tokens. */
  specialTokens: Readonly<Record<string, number>>;
}

const clipNormalization = {
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
  rescale_factor: 1 / 255,
  do_convert_rgb: true,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  resample: 3,
};

const chatTokens = { '<unk>': 151642, '<|endoftext|>': 151643, '<|im_start|>': 151644, '<|im_end|>': 151645 };

export const largeShapes = {
  'llava-1.5-7b': {
    published: 'llava-hf/llava-1.5-7b-hf',
    modality: 'image',
    config: {
      architectures: ['LlavaForConditionalGeneration'],
      model_type: 'llava',
      image_token_index: 32000,
      image_seq_length: 576,
      pad_token_id: 32001,
      projector_hidden_act: 'gelu',
      tie_word_embeddings: false,
      torch_dtype: 'float16',
      vision_feature_layer: -2,
      vision_feature_select_strategy: 'default',
      text_config: {
        model_type: 'llama',
        vocab_size: 32064,
        hidden_size: 4096,
        intermediate_size: 11008,
        num_hidden_layers: 32,
        num_attention_heads: 32,
        num_key_value_heads: 32,
        max_position_embeddings: 4096,
        rms_norm_eps: 1e-5,
      },
      vision_config: {
        model_type: 'clip_vision_model',
        hidden_size: 1024,
        intermediate_size: 4096,
        num_hidden_layers: 24,
        num_attention_heads: 16,
        image_size: 336,
        patch_size: 14,
        projection_dim: 768,
      },
    },
    preprocessor: {
      image_processor_type: 'CLIPImageProcessor',
      ...clipNormalization,
      do_center_crop: true,
      crop_size: { height: 336, width: 336 },
      size: { shortest_edge: 336 },
    },
    specialTokens: { '<unk>': 0, '<s>': 1, '</s>': 2, '<image>': 32000, '<pad>': 32001 },
  },
  'qwen2-vl-7b': {
    published: 'Qwen/Qwen2-VL-7B-Instruct',
    modality: 'video',
    config: {
      architectures: ['Qwen2VLForConditionalGeneration'],
      model_type: 'qwen2_vl',
      torch_dtype: 'float16',
      bos_token_id: 151643,
      eos_token_id: 151645,
      vision_start_token_id: 151652,
      vision_end_token_id: 151653,
      vision_token_id: 151654,
      image_token_id: 151655,
      video_token_id: 151656,
      vocab_size: 152064,
      hidden_size: 3584,
      intermediate_size: 18944,
      num_hidden_layers: 28,
      num_attention_heads: 28,
      num_key_value_heads: 4,
      max_position_embeddings: 32768,
      max_window_layers: 28,
      sliding_window: 32768,
      use_sliding_window: false,
      hidden_act: 'silu',
      rms_norm_eps: 1e-6,
      rope_theta: 1000000,
      rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
      tie_word_embeddings: false,
      vision_config: {
        depth: 32,
        embed_dim: 1280,
        mlp_ratio: 4,
        num_heads: 16,
        in_chans: 3,
        hidden_size: 3584,
        patch_size: 14,
        spatial_merge_size: 2,
        spatial_patch_size: 14,
        temporal_patch_size: 2,
      },
    },
    preprocessor: {
      image_processor_type: 'Qwen2VLImageProcessor',
      ...clipNormalization,
      min_pixels: 3136,
      max_pixels: 12845056,
      patch_size: 14,
      temporal_patch_size: 2,
      merge_size: 2,
    },
    specialTokens: {
      ...chatTokens,
      '<|vision_start|>': 151652,
      '<|vision_end|>': 151653,
      '<|vision_pad|>': 151654,
      '<|image_pad|>': 151655,
      '<|video_pad|>': 151656,
    },
  },
  'qwen2-audio-7b': {
    published: 'Qwen/Qwen2-Audio-7B-Instruct',
    modality: 'audio',
    config: {
      architectures: ['Qwen2AudioForConditionalGeneration'],
      model_type: 'qwen2_audio',
      torch_dtype: 'float16',
      audio_token_index: 151646,
      vocab_size: 156032,
      audio_config: {
        model_type: 'qwen2_audio_encoder',
        num_mel_bins: 128,
        d_model: 1280,
        encoder_layers: 32,
        encoder_attention_heads: 20,
        encoder_ffn_dim: 5120,
        activation_function: 'gelu',
        max_source_positions: 1500,
        scale_embedding: false,
      },
      text_config: {
        model_type: 'qwen2',
        vocab_size: 156032,
        hidden_size: 4096,
        intermediate_size: 11008,
        num_hidden_layers: 32,
        num_attention_heads: 32,
        num_key_value_heads: 32,
        max_position_embeddings: 8192,
        rms_norm_eps: 1e-5,
        rope_theta: 10000,
        bos_token_id: 151643,
        eos_token_id: 151645,
        use_sliding_window: false,
      },
    },
    preprocessor: {
      feature_extractor_type: 'WhisperFeatureExtractor',
      feature_size: 128,
      sampling_rate: 16000,
      hop_length: 160,
      chunk_length: 30,
      n_fft: 400,
      n_samples: 480000,
      nb_max_frames: 3000,
      padding_side: 'right',
      padding_value: 0,
      return_attention_mask: true,
    },
    specialTokens: {
      ...chatTokens,
      '<|AUDIO|>': 151646,
      '<|audio_bos|>': 151647,
      '<|audio_eos|>': 151648,
    },
  },
} satisfies Record<string, LargeShape>;

export type LargeShapeName = keyof typeof largeShapes;

export const largeShapeNames = Object.keys(largeShapes) as LargeShapeName[];

/** The shape with so many layers in the language model, for a try on a machine with less disk or time. */
export function withLayers(shape: LargeShape, layers: number): LargeShape {
  const { config } = shape;
  const text = config['text_config'] as Record<string, unknown> | undefined;
  const fewer =
    text === undefined
      ? { num_hidden_layers: layers }
      : { text_config: { ...text, num_hidden_layers: layers } };
  return { ...shape, config: { ...config, ...fewer } };
}
