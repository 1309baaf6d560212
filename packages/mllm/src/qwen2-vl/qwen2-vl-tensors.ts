import type { WeightRole } from '../family/family.js';
import type { ExpectedTensors } from '../weights/expected-tensors.js';
import type { Qwen2VLConfig } from './qwen2-vl-config.js';

/** Names of the modules since transformers 4.52, and the published ones (which transformers goes on saving). */
const prefixes: readonly (readonly [stored: string, name: string])[] = [
  ['model.visual.', 'visual.'],
  ['model.language_model.lm_head.', 'lm_head.'],
  ['model.language_model.', 'model.'],
];

/** The published name (`visual.…`, `model.layers.…`, `lm_head.weight`) of a tensor as the file names it. */
export function qwen2VLWeightName(storedName: string): string {
  for (const [stored, name] of prefixes) {
    if (storedName.startsWith(stored)) return name + storedName.slice(stored.length);
  }
  return storedName;
}

export function qwen2VLWeightRole(name: string): WeightRole {
  if (name.startsWith('visual.merger.')) return 'projector';
  return name.startsWith('visual.') ? 'encoder' : 'language';
}

type Shapes = Map<string, readonly number[]>;

/** Every tensor of a Qwen2-VL checkpoint. `lm_head` is optional where the word embeddings are tied. */
export function qwen2VLTensors(config: Qwen2VLConfig): ExpectedTensors {
  const required: Shapes = new Map();
  const optional: Shapes = new Map();
  addVision(config, required);
  addLanguageModel(config, required);
  const { vocabSize, hiddenSize } = config.text;
  (config.tieWordEmbeddings ? optional : required).set('lm_head.weight', [vocabSize, hiddenSize]);
  return { required, optional };
}

/** A linear layer's weight and bias, or a norm's. */
function addAffine(shapes: Shapes, name: string, weight: readonly number[]): void {
  shapes.set(`${name}.weight`, weight);
  shapes.set(`${name}.bias`, [weight[0]]);
}

function addVision({ vision }: Qwen2VLConfig, required: Shapes): void {
  const { embedDim, mlpDim, hiddenSize, inChannels, temporalPatchSize, patchSize } = vision;
  const kernel = [embedDim, inChannels, temporalPatchSize, patchSize, patchSize];
  required.set('visual.patch_embed.proj.weight', kernel);
  for (let at = 0; at < vision.depth; at++) {
    const block = `visual.blocks.${at}`;
    addAffine(required, `${block}.norm1`, [embedDim]);
    addAffine(required, `${block}.norm2`, [embedDim]);
    addAffine(required, `${block}.attn.qkv`, [embedDim * 3, embedDim]);
    addAffine(required, `${block}.attn.proj`, [embedDim, embedDim]);
    addAffine(required, `${block}.mlp.fc1`, [mlpDim, embedDim]);
    addAffine(required, `${block}.mlp.fc2`, [embedDim, mlpDim]);
  }
  const merged = embedDim * vision.spatialMergeSize ** 2;
  addAffine(required, 'visual.merger.ln_q', [embedDim]);
  addAffine(required, 'visual.merger.mlp.0', [merged, merged]);
  addAffine(required, 'visual.merger.mlp.2', [hiddenSize, merged]);
}

function addLanguageModel({ text, names }: Qwen2VLConfig, required: Shapes): void {
  const { hiddenSize, intermediateSize, headDim } = text;
  const queryWidth = text.numAttentionHeads * headDim;
  const keyWidth = text.numKeyValueHeads * headDim;
  required.set(`${names.root}.embed_tokens.weight`, [text.vocabSize, hiddenSize]);
  for (let layer = 0; layer < text.numHiddenLayers; layer++) {
    const block = `${names.root}.layers.${layer}`;
    addAffine(required, `${block}.self_attn.q_proj`, [queryWidth, hiddenSize]);
    addAffine(required, `${block}.self_attn.k_proj`, [keyWidth, hiddenSize]);
    addAffine(required, `${block}.self_attn.v_proj`, [keyWidth, hiddenSize]);
    required.set(`${block}.self_attn.o_proj.weight`, [hiddenSize, queryWidth]);
    required.set(`${block}.mlp.gate_proj.weight`, [intermediateSize, hiddenSize]);
    required.set(`${block}.mlp.up_proj.weight`, [intermediateSize, hiddenSize]);
    required.set(`${block}.mlp.down_proj.weight`, [hiddenSize, intermediateSize]);
    required.set(`${block}.input_layernorm.weight`, [hiddenSize]);
    required.set(`${block}.post_attention_layernorm.weight`, [hiddenSize]);
  }
  required.set(`${names.root}.norm.weight`, [hiddenSize]);
}
