import { largeShapes, type LargeShape } from './large-shapes.js';

const { 'llava-1.5-7b': llava } = largeShapes;

/** LLaVA-1.5-7B with everything narrow: the same vocabulary, 4 image tokens. */
export const smallLlava: LargeShape = {
  ...llava,
  config: {
    ...llava.config,
    image_seq_length: 4,
    text_config: {
      ...llava.config.text_config,
      hidden_size: 16,
      intermediate_size: 24,
      num_hidden_layers: 3,
      num_attention_heads: 2,
      num_key_value_heads: 2,
    },
    vision_config: {
      ...llava.config.vision_config,
      hidden_size: 12,
      intermediate_size: 16,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      image_size: 28,
    },
  },
  preprocessor: {
    ...llava.preprocessor,
    crop_size: { height: 28, width: 28 },
    size: { shortest_edge: 28 },
  },
};
