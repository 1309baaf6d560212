import type { WeightRole } from '../family/family.js';
import {
  addLanguageModel,
  addLayerNorm,
  addLinear,
  type ExpectedTensors,
  type Shapes,
} from '../weights/expected-tensors.js';
import { publishedName, type NamePrefixes } from '../weights/published-name.js';
import { visionSequenceLength } from './clip-vision-config.js';
import { embeddingWidth, type LlavaConfig } from './llava-config.js';

/** Every tensor of a LLaVA-1.5 checkpoint. `lm_head` is optional where the word embeddings are tied. */
export function llavaTensors(config: LlavaConfig): ExpectedTensors {
  const expected: ExpectedTensors = { required: new Map(), optional: new Map() };
  addVisionTower(config, expected.required, expected.optional);
  addProjector(config, expected.required);
  addLanguageModel(config, expected);
  return expected;
}

function addVisionTower({ vision }: LlavaConfig, required: Shapes, optional: Shapes): void {
  const root = 'vision_tower.vision_model';
  const { hiddenSize, intermediateSize, numChannels, patchSize } = vision;
  required.set(`${root}.embeddings.class_embedding`, [hiddenSize]);
  required.set(`${root}.embeddings.patch_embedding.weight`, [hiddenSize, numChannels, patchSize, patchSize]);
  required.set(`${root}.embeddings.position_embedding.weight`, [visionSequenceLength(vision), hiddenSize]);
  addLayerNorm(required, `${root}.pre_layrnorm`, hiddenSize);
  for (let layer = 0; layer < vision.numHiddenLayers; layer++) {
    const block = `${root}.encoder.layers.${layer}`;
    for (const part of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) {
      addLinear(required, `${block}.self_attn.${part}`, hiddenSize, hiddenSize, true);
    }
    addLayerNorm(required, `${block}.layer_norm1`, hiddenSize);
    addLayerNorm(required, `${block}.layer_norm2`, hiddenSize);
    addLinear(required, `${block}.mlp.fc1`, intermediateSize, hiddenSize, true);
    addLinear(required, `${block}.mlp.fc2`, hiddenSize, intermediateSize, true);
  }
  // Only the pooled output, which LLaVA does not use, goes through post_layernorm.
  addLayerNorm(optional, `${root}.post_layernorm`, hiddenSize);
}

function addProjector(config: LlavaConfig, required: Shapes): void {
  const { hiddenSize } = config.text;
  const inner = embeddingWidth(config);
  addLinear(required, 'multi_modal_projector.linear_1', hiddenSize, inner, config.projectorBias);
  addLinear(required, 'multi_modal_projector.linear_2', hiddenSize, hiddenSize, config.projectorBias);
}

/**
 * Checkpoints come in two layouts: `language_model.model.…` with `language_model.lm_head.weight` (as published, and as
 * transformers saves), and `model.language_model.…` with `lm_head.weight` (names of the modules since transformers 4.52).
 * Here a weight has the first one's name everywhere.
 */
const prefixes: NamePrefixes = [
  ['model.language_model.lm_head.', 'language_model.lm_head.'],
  ['model.language_model.model.', 'language_model.model.'],
  ['model.language_model.', 'language_model.model.'],
  ['lm_head.', 'language_model.lm_head.'],
  ['model.vision_tower.vision_model.', 'vision_tower.vision_model.'],
  ['model.vision_tower.', 'vision_tower.vision_model.'],
  ['model.multi_modal_projector.', 'multi_modal_projector.'],
];

/** The name used here for a tensor as the file names it. */
export function llavaWeightName(storedName: string): string {
  return publishedName(storedName, prefixes);
}

/** Buffer of older checkpoints: 0 … positions - 1. */
export function isPositionBuffer(name: string): boolean {
  return name.endsWith('.embeddings.position_ids');
}

/** Part of the model that a weight belongs to. */
export function llavaWeightRole(name: string): WeightRole {
  if (name.startsWith('vision_tower.')) return 'encoder';
  return name.startsWith('language_model.') ? 'language' : 'projector';
}
