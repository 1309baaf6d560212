import { specialTokens } from '../../grammar/special-tokens.js';
import { vocabulary } from '../../grammar/vocabulary.js';
import type { ToyModality } from '../../world/modality.js';

/** Sizes of the language models of all tiny checkpoints. */
export const textSizes = { width: 128, mlp: 344, layers: 4, heads: 4, positions: 256 } as const;

/** The language model's keys of config.json that all families share. */
export function textConfig(modality: ToyModality): Record<string, unknown> {
  const tokens = vocabulary(modality);
  return {
    vocab_size: tokens.length,
    hidden_size: textSizes.width,
    intermediate_size: textSizes.mlp,
    num_hidden_layers: textSizes.layers,
    num_attention_heads: textSizes.heads,
    num_key_value_heads: textSizes.heads,
    max_position_embeddings: textSizes.positions,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    hidden_act: 'silu',
    tie_word_embeddings: false,
    ...tokenIds(modality),
  };
}

/** Ids of the tokens that begin, end and fill up a text. */
export function tokenIds(modality: ToyModality): Record<string, number> {
  const tokens = vocabulary(modality);
  const { begin, end, pad } = specialTokens[modality];
  return {
    ...(begin !== undefined && { bos_token_id: tokens.indexOf(begin) }),
    eos_token_id: tokens.indexOf(end),
    pad_token_id: tokens.indexOf(pad),
  };
}

export const generationConfig = (modality: ToyModality): Record<string, unknown> => ({
  ...tokenIds(modality),
  max_new_tokens: 32,
});
