import type { WeightRole } from '../family/family.js';
import {
  addLanguageModel,
  addLayerNorm,
  addLinear,
  type ExpectedTensors,
  type Shapes,
} from '../weights/expected-tensors.js';
import { publishedName, type NamePrefixes } from '../weights/published-name.js';
import type { Qwen2VLConfig } from './qwen2-vl-config.js';

/** Names of the modules since transformers 4.52, and the published ones (which transformers goes on saving). */
const prefixes: NamePrefixes = [
  ['model.visual.', 'visual.'],
  ['model.language_model.lm_head.', 'lm_head.'],
  ['model.language_model.', 'model.'],
];

/** The published name (`visual.…`, `model.layers.…`, `lm_head.weight`) of a tensor as the file names it. */
export function qwen2VLWeightName(storedName: string): string {
  return publishedName(storedName, prefixes);
}

export function qwen2VLWeightRole(name: string): WeightRole {
  if (name.startsWith('visual.merger.')) return 'projector';
  return name.startsWith('visual.') ? 'encoder' : 'language';
}

/** Every tensor of a Qwen2-VL checkpoint. `lm_head` is optional where the word embeddings are tied. */
export function qwen2VLTensors(config: Qwen2VLConfig): ExpectedTensors {
  const expected: ExpectedTensors = { required: new Map(), optional: new Map() };
  addVision(config, expected.required);
  addLanguageModel(config, expected);
  return expected;
}

function addVision({ vision }: Qwen2VLConfig, required: Shapes): void {
  const { embedDim, mlpDim, hiddenSize, inChannels, temporalPatchSize, patchSize } = vision;
  const kernel = [embedDim, inChannels, temporalPatchSize, patchSize, patchSize];
  required.set('visual.patch_embed.proj.weight', kernel);
  for (let at = 0; at < vision.depth; at++) {
    const block = `visual.blocks.${at}`;
    addLayerNorm(required, `${block}.norm1`, embedDim);
    addLayerNorm(required, `${block}.norm2`, embedDim);
    addLinear(required, `${block}.attn.qkv`, embedDim * 3, embedDim, true);
    addLinear(required, `${block}.attn.proj`, embedDim, embedDim, true);
    addLinear(required, `${block}.mlp.fc1`, mlpDim, embedDim, true);
    addLinear(required, `${block}.mlp.fc2`, embedDim, mlpDim, true);
  }
  const merged = embedDim * vision.spatialMergeSize ** 2;
  addLayerNorm(required, 'visual.merger.ln_q', embedDim);
  addLinear(required, 'visual.merger.mlp.0', merged, merged, true);
  addLinear(required, 'visual.merger.mlp.2', hiddenSize, merged, true);
}
