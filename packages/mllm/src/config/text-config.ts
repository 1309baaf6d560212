import { z } from 'zod';
import { activationSchema, type Activation } from './activation.js';
import { asList, count, tokenId, tokenIds } from './field-schemas.js';
import { ropeScalingSchema, type RopeScaling } from './rope-scaling.js';

export const textModelTypes = ['llama', 'mistral', 'qwen2'] as const;
export type TextModelType = (typeof textModelTypes)[number];

/** Decoder-only text backbone (HF `llama`, `mistral`, `qwen2`), defaults of its type filled in. */
export interface TextConfig {
  modelType: TextModelType;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  numKeyValueHeads: number;
  headDim: number;
  hiddenAct: Activation;
  rmsNormEps: number;
  maxPositionEmbeddings: number;
  ropeTheta: number;
  ropeScaling: RopeScaling;
  /** Several rotary axes (M-RoPE): how many channel pairs turn with each, headDim / 2 in all. Absent: one axis. */
  mropeSection?: readonly number[];
  /** Bias of q_proj, k_proj, v_proj. */
  qkvBias: boolean;
  /** Bias of o_proj. */
  outputBias: boolean;
  mlpBias: boolean;
  /** Per layer: number of keys a query may look back over (itself included), or undefined for all. */
  slidingWindows: (number | undefined)[];
  tieWordEmbeddings: boolean | undefined;
  bosTokenId: number | undefined;
  eosTokenIds: number[];
  padTokenId: number | undefined;
}

interface TypeDefaults {
  vocab_size: number;
  intermediate_size: number;
  /** undefined: as many as attention heads. */
  num_key_value_heads: number | undefined;
  max_position_embeddings: number;
  sliding_window: number | null;
  bos_token_id: number | undefined;
  eos_token_id: number | undefined;
}

/** What HF `LlamaConfig`, `MistralConfig` and `Qwen2Config` take for absent keys, where they differ. */
const defaultsByType: Readonly<Record<TextModelType, TypeDefaults>> = {
  llama: {
    vocab_size: 32000,
    intermediate_size: 11008,
    num_key_value_heads: undefined,
    max_position_embeddings: 2048,
    sliding_window: null,
    bos_token_id: 1,
    eos_token_id: 2,
  },
  mistral: {
    vocab_size: 32000,
    intermediate_size: 14336,
    num_key_value_heads: 8,
    max_position_embeddings: 4096 * 32,
    sliding_window: 4096,
    bos_token_id: 1,
    eos_token_id: 2,
  },
  qwen2: {
    vocab_size: 151936,
    intermediate_size: 22016,
    num_key_value_heads: 32,
    max_position_embeddings: 32768,
    sliding_window: 4096,
    bos_token_id: undefined,
    eos_token_id: undefined,
  },
};

const ropeParameters = z.looseObject({ rope_theta: z.number().positive().optional() }).nullish();

/** Parser of `text_config` for one backbone type. */
export function textConfigSchema(modelType: TextModelType) {
  const defaults = defaultsByType[modelType];
  return z
    .looseObject({
      vocab_size: count.default(defaults.vocab_size),
      hidden_size: count.default(4096),
      intermediate_size: count.default(defaults.intermediate_size),
      num_hidden_layers: count.default(32),
      num_attention_heads: count.default(32),
      num_key_value_heads: count.nullish(),
      head_dim: count.nullish(),
      hidden_act: activationSchema.prefault('silu'),
      rms_norm_eps: z.number().nonnegative().default(1e-6),
      max_position_embeddings: count.default(defaults.max_position_embeddings),
      rope_theta: z.number().positive().nullish(),
      rope_scaling: ropeScalingSchema,
      rope_parameters: ropeParameters,
      attention_bias: z.boolean().default(false),
      mlp_bias: z.boolean().default(false),
      sliding_window: count.nullable().default(defaults.sliding_window),
      use_sliding_window: z.boolean().default(false),
      max_window_layers: z.number().int().nonnegative().default(28),
      layer_types: z.array(z.string()).nullish(),
      tie_word_embeddings: z.boolean().optional(),
      bos_token_id: tokenId,
      eos_token_id: tokenIds,
      pad_token_id: z.number().int().nullish(),
    })
    .transform((raw, context): TextConfig => {
      // An explicit null means "as many as heads"; an absent key takes the type's default.
      const keyValueHeads =
        raw.num_key_value_heads === undefined
          ? (defaults.num_key_value_heads ?? raw.num_attention_heads)
          : (raw.num_key_value_heads ?? raw.num_attention_heads);
      const complain = (path: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [path], message });
      if (raw.num_attention_heads % keyValueHeads !== 0) {
        complain(
          'num_key_value_heads',
          `${raw.num_attention_heads} heads are not divisible by ${keyValueHeads}`,
        );
      }
      const headDim = raw.head_dim ?? Math.floor(raw.hidden_size / raw.num_attention_heads);
      if (headDim % 2 !== 0)
        complain('head_dim', `rotary embedding needs an even head width, got ${headDim}`);
      const scaling =
        raw.rope_parameters == null ? raw.rope_scaling : ropeScalingSchema.parse(raw.rope_parameters);
      return {
        modelType,
        vocabSize: raw.vocab_size,
        hiddenSize: raw.hidden_size,
        intermediateSize: raw.intermediate_size,
        numHiddenLayers: raw.num_hidden_layers,
        numAttentionHeads: raw.num_attention_heads,
        numKeyValueHeads: keyValueHeads,
        headDim,
        hiddenAct: raw.hidden_act,
        rmsNormEps: raw.rms_norm_eps,
        maxPositionEmbeddings: raw.max_position_embeddings,
        ropeTheta: raw.rope_parameters?.rope_theta ?? raw.rope_theta ?? 10000,
        ropeScaling: scaling,
        qkvBias: modelType === 'qwen2' || (modelType === 'llama' && raw.attention_bias),
        outputBias: modelType === 'llama' && raw.attention_bias,
        mlpBias: modelType === 'llama' && raw.mlp_bias,
        slidingWindows: slidingWindows(modelType, raw),
        tieWordEmbeddings: raw.tie_word_embeddings,
        bosTokenId: raw.bos_token_id === undefined ? defaults.bos_token_id : (raw.bos_token_id ?? undefined),
        eosTokenIds: asList(raw.eos_token_id === undefined ? defaults.eos_token_id : raw.eos_token_id),
        padTokenId: raw.pad_token_id ?? undefined,
      };
    });
}

interface WindowFields {
  num_hidden_layers: number;
  sliding_window: number | null;
  use_sliding_window: boolean;
  max_window_layers: number;
  layer_types?: string[] | null;
}

/** Mistral: every layer; Qwen2: only with use_sliding_window, from layer max_window_layers on (or as layer_types says). */
function slidingWindows(modelType: TextModelType, raw: WindowFields): (number | undefined)[] {
  const window = raw.sliding_window ?? undefined;
  return Array.from({ length: raw.num_hidden_layers }, (_, layer) => {
    if (modelType === 'mistral') return window;
    if (modelType === 'llama' || !raw.use_sliding_window) return undefined;
    const slides = raw.layer_types
      ? raw.layer_types[layer] === 'sliding_attention'
      : layer >= raw.max_window_layers;
    return slides ? window : undefined;
  });
}
