import {
  add,
  concat,
  broadcastTo,
  matmul,
  mul,
  reshape,
  rmsNorm,
  softmax,
  transpose,
  type Graph,
  type Tensor,
} from '@sea-align/compute';
import type { TextConfig } from '../config/text-config.js';
import type { LanguageModelConfig } from '../family/family-config.js';
import { activate } from './activation.js';
import type { ParameterSource } from './parameter-source.js';
import { rotateHalfMatrix } from './rotary.js';

/** Keys (after rotary embedding) and values of one layer, each [batch or 1, key/value heads, positions, headDim]. */
export interface KeyValue {
  key: Tensor;
  value: Tensor;
}

/** What a decoder pass takes. S new positions a row, P past ones. */
export interface DecoderInputs {
  /** [batch * S, width]. */
  inputsEmbeds: Tensor;
  batch: number;
  /** cos and sin of the new positions, each [batch or 1, 1, S, headDim]. */
  cos: Tensor;
  sin: Tensor;
  /** Additive mask [batch or 1, 1, S, P + S] of a layer; 0 visible, very negative hidden. */
  mask: (layer: number) => Tensor;
  /** Per layer; a batch of 1 is shared by all rows. */
  past?: readonly KeyValue[];
}

export interface DecoderOutputs {
  /** After each layer, [batch * S, width]. */
  hiddenStates: Tensor[];
  /** After the final norm, [batch * S, width]. */
  finalNorm: Tensor;
  /** Keys and values of the new positions, per layer. */
  present: KeyValue[];
}

/** LLaMA / Mistral / Qwen2 decoder layers and final norm. */
export function buildDecoder(
  graph: Graph,
  { text: config, names: { root } }: Pick<LanguageModelConfig, 'text' | 'names'>,
  source: ParameterSource,
  inputs: DecoderInputs,
): DecoderOutputs {
  const scale = config.headDim ** -0.5;
  // The score's 1/sqrt(headDim) is folded into the query's rotation, once for all layers.
  const rotation = {
    half: graph.constant(rotateHalfMatrix(config.headDim), [config.headDim, config.headDim]),
    query: { cos: mul(inputs.cos, scale), sin: mul(inputs.sin, scale) },
    key: { cos: inputs.cos, sin: inputs.sin },
  };
  const hiddenStates: Tensor[] = [];
  const present: KeyValue[] = [];
  let hidden = inputs.inputsEmbeds;
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const name = `${root}.layers.${layer}`;
    const normed = norm(config, source, `${name}.input_layernorm`, hidden);
    const attention = selfAttention(config, source, `${name}.self_attn`, normed, {
      batch: inputs.batch,
      rotation,
      mask: inputs.mask(layer),
      past: inputs.past?.[layer],
    });
    present.push(attention.present);
    const attended = add(hidden, attention.output);
    hidden = add(
      attended,
      mlp(config, source, `${name}.mlp`, norm(config, source, `${name}.post_attention_layernorm`, attended)),
    );
    hiddenStates.push(hidden);
  }
  return { hiddenStates, finalNorm: norm(config, source, `${root}.norm`, hidden), present };
}

interface Rotation {
  cos: Tensor;
  sin: Tensor;
}

interface AttentionContext {
  batch: number;
  rotation: { half: Tensor; query: Rotation; key: Rotation };
  mask: Tensor;
  past: KeyValue | undefined;
}

function norm(config: TextConfig, source: ParameterSource, name: string, x: Tensor): Tensor {
  return rmsNorm(x, source.weight(`${name}.weight`, [config.hiddenSize]), config.rmsNormEps);
}

function mlp(config: TextConfig, source: ParameterSource, name: string, x: Tensor): Tensor {
  const gate = activate(
    config.hiddenAct,
    source.linear(x, `${name}.gate_proj`, config.intermediateSize, config.mlpBias),
  );
  const up = source.linear(x, `${name}.up_proj`, config.intermediateSize, config.mlpBias);
  return source.linear(mul(gate, up), `${name}.down_proj`, config.hiddenSize, config.mlpBias);
}

/** Grouped-query attention; the query heads of one key/value head are stacked as rows, so nothing is repeated. */
function selfAttention(
  config: TextConfig,
  source: ParameterSource,
  name: string,
  x: Tensor,
  { batch, rotation, mask, past }: AttentionContext,
): { output: Tensor; present: KeyValue } {
  const { numAttentionHeads: heads, numKeyValueHeads: groups, headDim, qkvBias } = config;
  const length = x.shape[0] / batch;
  const split = (part: string, count: number): Tensor =>
    transpose(
      reshape(source.linear(x, `${name}.${part}`, count * headDim, qkvBias), [batch, length, count, headDim]),
      [0, 2, 1, 3],
    );
  const rotate = (states: Tensor, { cos, sin }: Rotation): Tensor =>
    add(mul(states, cos), mul(matmul(states, rotation.half), sin));
  const query = rotate(split('q_proj', heads), rotation.query);
  const present = { key: rotate(split('k_proj', groups), rotation.key), value: split('v_proj', groups) };
  const key = withPast(past?.key, present.key, batch);
  const value = withPast(past?.value, present.value, batch);
  const keys = key.shape[2];
  const stacked = [batch, groups, (heads / groups) * length];
  const scores = matmul(reshape(query, [...stacked, headDim]), key, { transposeB: true });
  const weights = softmax(add(reshape(scores, [batch, heads, length, keys]), mask));
  const mixed = reshape(matmul(reshape(weights, [...stacked, keys]), value), [batch, heads, length, headDim]);
  const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [batch * length, heads * headDim]);
  return { output: source.linear(joined, `${name}.o_proj`, config.hiddenSize, config.outputBias), present };
}

function withPast(past: Tensor | undefined, present: Tensor, batch: number): Tensor {
  if (past === undefined) return present;
  return concat([broadcastTo(past, [batch, ...past.shape.slice(1)]), present], 2);
}
