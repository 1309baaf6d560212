import { visionSequenceLength } from '../config/clip-vision-config.js';
import { embeddingWidth, type LlavaConfig } from '../config/llava-config.js';
import { embedTokensName, lmHeadName } from './tensor-names.js';

/** Weights that a config calls for, with their shapes. */
export interface ExpectedTensors {
  required: Map<string, readonly number[]>;
  /** May be there, and are checked if they are, but nothing depends on them. */
  optional: Map<string, readonly number[]>;
}

/** Every tensor of a LLaVA-1.5 checkpoint. `lm_head` is optional where the word embeddings are tied. */
export function expectedTensors(config: LlavaConfig): ExpectedTensors {
  const required = new Map<string, readonly number[]>();
  const optional = new Map<string, readonly number[]>();
  addVisionTower(config, required, optional);
  addProjector(config, required);
  addLanguageModel(config, required);
  const { vocabSize, hiddenSize } = config.text;
  (config.tieWordEmbeddings ? optional : required).set(lmHeadName, [vocabSize, hiddenSize]);
  return { required, optional };
}

type Shapes = Map<string, readonly number[]>;

function addLinear(shapes: Shapes, name: string, out: number, inside: number, bias: boolean): void {
  shapes.set(`${name}.weight`, [out, inside]);
  if (bias) shapes.set(`${name}.bias`, [out]);
}

function addLayerNorm(shapes: Shapes, name: string, width: number): void {
  shapes.set(`${name}.weight`, [width]);
  shapes.set(`${name}.bias`, [width]);
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
  addLinear(
    required,
    'multi_modal_projector.linear_1',
    hiddenSize,
    embeddingWidth(config),
    config.projectorBias,
  );
  addLinear(required, 'multi_modal_projector.linear_2', hiddenSize, hiddenSize, config.projectorBias);
}

function addLanguageModel({ text }: LlavaConfig, required: Shapes): void {
  const root = 'language_model.model';
  const { hiddenSize, intermediateSize, headDim } = text;
  const queryWidth = text.numAttentionHeads * headDim;
  const keyWidth = text.numKeyValueHeads * headDim;
  required.set(embedTokensName, [text.vocabSize, hiddenSize]);
  for (let layer = 0; layer < text.numHiddenLayers; layer++) {
    const block = `${root}.layers.${layer}`;
    addLinear(required, `${block}.self_attn.q_proj`, queryWidth, hiddenSize, text.qkvBias);
    addLinear(required, `${block}.self_attn.k_proj`, keyWidth, hiddenSize, text.qkvBias);
    addLinear(required, `${block}.self_attn.v_proj`, keyWidth, hiddenSize, text.qkvBias);
    addLinear(required, `${block}.self_attn.o_proj`, hiddenSize, queryWidth, text.outputBias);
    addLinear(required, `${block}.mlp.gate_proj`, intermediateSize, hiddenSize, text.mlpBias);
    addLinear(required, `${block}.mlp.up_proj`, intermediateSize, hiddenSize, text.mlpBias);
    addLinear(required, `${block}.mlp.down_proj`, hiddenSize, intermediateSize, text.mlpBias);
    required.set(`${block}.input_layernorm.weight`, [hiddenSize]);
    required.set(`${block}.post_attention_layernorm.weight`, [hiddenSize]);
  }
  required.set(`${root}.norm.weight`, [hiddenSize]);
}
