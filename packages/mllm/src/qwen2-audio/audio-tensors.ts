import type { WeightRole } from '../family/family.js';
import {
  addLanguageModel,
  addLayerNorm,
  addLinear,
  type ExpectedTensors,
  type Shapes,
} from '../weights/expected-tensors.js';
import { publishedName, type NamePrefixes } from '../weights/published-name.js';
import type { AudioEncoderConfig } from './audio-encoder-config.js';
import type { Qwen2AudioConfig } from './qwen2-audio-config.js';

/** Every tensor of a Qwen2-Audio checkpoint. `lm_head` is optional where the word embeddings are tied. */
export function qwen2AudioTensors(config: Qwen2AudioConfig): ExpectedTensors {
  const expected: ExpectedTensors = { required: audioTowerShapes(config.audio), optional: new Map() };
  addLinear(
    expected.required,
    'multi_modal_projector.linear',
    config.text.hiddenSize,
    config.audio.hiddenSize,
    true,
  );
  addLanguageModel(config, expected);
  return expected;
}

/** Shapes of the audio tower's weights. k_proj has no bias. */
export function audioTowerShapes(config: AudioEncoderConfig): Shapes {
  const { hiddenSize, intermediateSize, numMelBins } = config;
  const shapes: Shapes = new Map();
  const root = 'audio_tower';
  shapes.set(`${root}.conv1.weight`, [hiddenSize, numMelBins, 3]).set(`${root}.conv1.bias`, [hiddenSize]);
  shapes.set(`${root}.conv2.weight`, [hiddenSize, hiddenSize, 3]).set(`${root}.conv2.bias`, [hiddenSize]);
  shapes.set(`${root}.embed_positions.weight`, [config.maxSourcePositions, hiddenSize]);
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const block = `${root}.layers.${layer}`;
    for (const part of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) {
      addLinear(shapes, `${block}.self_attn.${part}`, hiddenSize, hiddenSize, part !== 'k_proj');
    }
    addLayerNorm(shapes, `${block}.self_attn_layer_norm`, hiddenSize);
    addLayerNorm(shapes, `${block}.final_layer_norm`, hiddenSize);
    addLinear(shapes, `${block}.fc1`, intermediateSize, hiddenSize, true);
    addLinear(shapes, `${block}.fc2`, hiddenSize, intermediateSize, true);
  }
  addLayerNorm(shapes, `${root}.layer_norm`, hiddenSize);
  return shapes;
}

/**
 * Published names are `audio_tower.…`, `multi_modal_projector.linear.…`, `language_model.model.…` and
 * `language_model.lm_head.weight`, and transformers to 4.57 saves these. Newer module trees put a `model.` in front and
 * take the head out of the language model, as with the other families.
 */
const prefixes: NamePrefixes = [
  ['model.language_model.lm_head.', 'language_model.lm_head.'],
  ['model.language_model.model.', 'language_model.model.'],
  ['model.language_model.', 'language_model.model.'],
  ['lm_head.', 'language_model.lm_head.'],
  ['model.audio_tower.', 'audio_tower.'],
  ['model.multi_modal_projector.', 'multi_modal_projector.'],
];

/** The published name of a tensor, whatever layout the file has. */
export function qwen2AudioWeightName(storedName: string): string {
  return publishedName(storedName, prefixes);
}

/** Part of the model that a weight belongs to. */
export function qwen2AudioWeightRole(name: string): WeightRole {
  if (name.startsWith('audio_tower.')) return 'encoder';
  return name.startsWith('language_model.') ? 'language' : 'projector';
}
