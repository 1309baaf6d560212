import { z } from 'zod';
import { activationSchema, type Activation } from './activation.js';
import {
  clipVisionSchema,
  llavaDefaultVision,
  patchesPerSide,
  type ClipVisionConfig,
} from './clip-vision-config.js';
import { asList, tokenId, tokenIds } from './field-schemas.js';
import { textConfigSchema, textModelTypes, type TextConfig, type TextModelType } from './text-config.js';

/** A LLaVA-1.5 checkpoint's config.json with every default filled in as Hugging Face does. */
export interface LlavaConfig {
  modelType: 'llava';
  vision: ClipVisionConfig;
  text: TextConfig;
  imageTokenId: number;
  projectorHiddenAct: Activation;
  projectorBias: boolean;
  /** Indices into the tower's hidden states, as configured (may be negative); several are concatenated on the width. */
  visionFeatureLayers: number[];
  visionFeatureSelectStrategy: 'default' | 'full';
  eosTokenIds: number[];
  padTokenId: number | undefined;
  /** lm_head shares embed_tokens: the text config says so, or the top level where the text config is silent. */
  tieWordEmbeddings: boolean;
}

const plainObject = z.record(z.string(), z.unknown());

/** HF `LlavaConfig`. Sub-configs are parsed by their own schemas, so that every fault gets its full path. */
export const llavaSchema = z
  .looseObject({
    vision_config: plainObject.nullish(),
    text_config: plainObject.nullish(),
    image_token_index: tokenId,
    image_token_id: tokenId,
    projector_hidden_act: activationSchema.prefault('gelu'),
    multimodal_projector_bias: z.boolean().default(true),
    vision_feature_layer: z.union([z.number().int(), z.array(z.number().int()).min(1)]).default(-2),
    vision_feature_select_strategy: z.enum(['default', 'full']).default('default'),
    tie_word_embeddings: z.boolean().optional(),
    eos_token_id: tokenIds,
    pad_token_id: z.number().int().nullish(),
  })
  .transform((raw, context): LlavaConfig => {
    const vision = nested(
      clipVisionSchema,
      raw.vision_config ?? llavaDefaultVision,
      'vision_config',
      context,
    );
    const textRaw = raw.text_config ?? {};
    const text = nested(textConfigSchema(textModelType(textRaw)), textRaw, 'text_config', context);
    if (vision === undefined || text === undefined) return z.NEVER;
    const visionFeatureLayers = asList(raw.vision_feature_layer);
    for (const layer of visionFeatureLayers) {
      if (layer < -(vision.numHiddenLayers + 1) || layer > vision.numHiddenLayers) {
        context.addIssue({
          code: 'custom',
          path: ['vision_feature_layer'],
          message: `${layer} is not one of the ${vision.numHiddenLayers + 1} hidden states of the vision tower`,
        });
      }
    }
    const imageTokenId = raw.image_token_index ?? raw.image_token_id ?? 32000;
    return {
      modelType: 'llava',
      vision,
      text,
      imageTokenId,
      projectorHiddenAct: raw.projector_hidden_act,
      projectorBias: raw.multimodal_projector_bias,
      visionFeatureLayers,
      visionFeatureSelectStrategy: raw.vision_feature_select_strategy,
      eosTokenIds: text.eosTokenIds.length > 0 ? text.eosTokenIds : asList(raw.eos_token_id),
      padTokenId: raw.pad_token_id ?? undefined,
      tieWordEmbeddings: text.tieWordEmbeddings ?? raw.tie_word_embeddings ?? false,
    };
  });

/** The text backbone's type; call only after the architecture was found supported. */
function textModelType(raw: Record<string, unknown>): TextModelType {
  return textModelTypes.find((type) => type === raw['model_type']) ?? 'llama';
}

function nested<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  key: string,
  context: z.core.$RefinementCtx,
): T | undefined {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    context.addIssue({ code: 'custom', path: [key, ...issue.path], message: issue.message });
  }
  return undefined;
}

/** Hidden states that are used, as indices from 0 (the embeddings) to numHiddenLayers. */
export function featureLayerIndices(config: LlavaConfig): number[] {
  const states = config.vision.numHiddenLayers + 1;
  return config.visionFeatureLayers.map((layer) => (layer < 0 ? states + layer : layer));
}

/** Tokens of one image's encoder output. */
export function embeddingTokens(config: LlavaConfig): number {
  const patches = patchesPerSide(config.vision) ** 2;
  return config.visionFeatureSelectStrategy === 'full' ? patches + 1 : patches;
}

/** Width of the encoder output: the tower's, once per feature layer. */
export function embeddingWidth(config: LlavaConfig): number {
  return config.vision.hiddenSize * config.visionFeatureLayers.length;
}
