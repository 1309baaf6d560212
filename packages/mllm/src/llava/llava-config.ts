import { z } from 'zod';
import { activationSchema, type Activation } from '../config/activation.js';
import {
  clipVisionSchema,
  llavaDefaultVision,
  patchesPerSide,
  type ClipVisionConfig,
} from './clip-vision-config.js';
import { asList, tokenId, tokenIds } from '../config/field-schemas.js';
import { modelTypeOf, nestedConfig } from '../config/nested-config.js';
import { parseConfigFile, unsupportedArchitecture } from '../config/read-config.js';
import { textConfigSchema, textModelTypes, type TextModelType } from '../config/text-config.js';
import type { FamilyConfig, LanguageModelNames } from '../family/family-config.js';

/** A LLaVA-1.5 checkpoint's config.json with every default filled in as Hugging Face does. */
export interface LlavaConfig extends FamilyConfig {
  vision: ClipVisionConfig;
  imageTokenId: number;
  projectorHiddenAct: Activation;
  projectorBias: boolean;
  /** Indices into the tower's hidden states, as configured (may be negative); several are concatenated on the width. */
  visionFeatureLayers: number[];
  visionFeatureSelectStrategy: 'default' | 'full';
}

/** Module names of the published checkpoints. */
export const llavaLanguageNames: LanguageModelNames = {
  root: 'language_model.model',
  lmHead: 'language_model.lm_head',
};

const plainObject = z.record(z.string(), z.unknown());

/** Keys that LLaVA-1.5 and LLaVA-NeXT have in common. */
export const llavaFields = z.looseObject({
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
});

/**
 * The config of the fields; faults go to `context`, each with its full path.
 * @returns undefined where there was a fault in a sub-config
 */
export function readLlavaFields(
  raw: z.infer<typeof llavaFields>,
  modelType: string,
  context: z.core.$RefinementCtx,
): LlavaConfig | undefined {
  const vision = nestedConfig(
    clipVisionSchema,
    raw.vision_config ?? llavaDefaultVision,
    'vision_config',
    context,
  );
  const textRaw = raw.text_config ?? {};
  const text = nestedConfig(textConfigSchema(textModelType(textRaw)), textRaw, 'text_config', context);
  if (vision === undefined || text === undefined) return undefined;
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
  return {
    modelType,
    names: llavaLanguageNames,
    vision,
    text,
    imageTokenId: raw.image_token_index ?? raw.image_token_id ?? 32000,
    projectorHiddenAct: raw.projector_hidden_act,
    projectorBias: raw.multimodal_projector_bias,
    visionFeatureLayers,
    visionFeatureSelectStrategy: raw.vision_feature_select_strategy,
    eosTokenIds: text.eosTokenIds.length > 0 ? text.eosTokenIds : asList(raw.eos_token_id),
    padTokenId: raw.pad_token_id ?? undefined,
    tieWordEmbeddings: text.tieWordEmbeddings ?? raw.tie_word_embeddings ?? false,
  };
}

/** HF `LlavaConfig`. Sub-configs are parsed by their own schemas, so that every fault gets its full path. */
export const llavaSchema = llavaFields.transform(
  (raw, context): LlavaConfig => readLlavaFields(raw, 'llava', context) ?? z.NEVER,
);

/**
 * @param supported what can be loaded, for messages
 * @throws CheckpointError for a vision tower or text backbone that is not supported, ConfigError listing every fault
 */
export function parseLlavaConfig(raw: unknown, path: string, supported: string): LlavaConfig {
  checkLlavaParts(raw, path, supported);
  return parseConfigFile(llavaSchema, raw, path, 'LLaVA config');
}

/** @throws CheckpointError where the sub-configs are of types that no LLaVA here has */
export function checkLlavaParts(raw: unknown, path: string, supported: string): void {
  const parts = z.looseObject({}).safeParse(raw).data;
  const vision = modelTypeOf(parts?.['vision_config']);
  if (vision !== undefined && vision !== 'clip_vision_model') {
    throw unsupportedArchitecture(path, `vision_config.model_type "${vision}"`, supported);
  }
  const text = modelTypeOf(parts?.['text_config']);
  if (text !== undefined && !textModelTypes.some((type) => type === text)) {
    throw unsupportedArchitecture(path, `text_config.model_type "${text}"`, supported);
  }
}

/** The text backbone's type; call only after the architecture was found supported. */
function textModelType(raw: Record<string, unknown>): TextModelType {
  return textModelTypes.find((type) => type === raw['model_type']) ?? 'llama';
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
