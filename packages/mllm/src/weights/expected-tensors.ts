import type { LanguageModelConfig } from '../family/family-config.js';

/** Weights that a config calls for, with their shapes. */
export interface ExpectedTensors {
  required: Map<string, readonly number[]>;
  /** May be there, and are checked if they are, but nothing depends on them. */
  optional: Map<string, readonly number[]>;
}

/** Shapes by name. */
export type Shapes = Map<string, readonly number[]>;

/** Weight [out, in] of a linear layer, and its bias. */
export function addLinear(shapes: Shapes, name: string, out: number, inside: number, bias: boolean): void {
  shapes.set(`${name}.weight`, [out, inside]);
  if (bias) shapes.set(`${name}.bias`, [out]);
}

/** Weight and bias of a layer norm. */
export function addLayerNorm(shapes: Shapes, name: string, width: number): void {
  shapes.set(`${name}.weight`, [width]);
  shapes.set(`${name}.bias`, [width]);
}

/** The language model's weights; `lm_head` is optional where the word embeddings are tied. */
export function addLanguageModel(config: LanguageModelConfig, { required, optional }: ExpectedTensors): void {
  const { text } = config;
  const { root } = config.names;
  const { hiddenSize, intermediateSize, headDim } = text;
  const queryWidth = text.numAttentionHeads * headDim;
  const keyWidth = text.numKeyValueHeads * headDim;
  required.set(embedTokensName(config), [text.vocabSize, hiddenSize]);
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
  (config.tieWordEmbeddings ? optional : required).set(lmHeadName(config), [text.vocabSize, hiddenSize]);
}

/** Name of the word embeddings [vocabulary, width]. */
export function embedTokensName({ names }: LanguageModelConfig): string {
  return `${names.root}.embed_tokens.weight`;
}

/** Name of the vocabulary projection [vocabulary, width]; not there where the word embeddings are tied. */
export function lmHeadName({ names }: LanguageModelConfig): string {
  return `${names.lmHead}.weight`;
}
