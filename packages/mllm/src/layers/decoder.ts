import { add, gather, mul, rmsNorm, type Graph, type Tensor } from '@sea-align/compute';
import type { TextConfig } from '../config/text-config.js';
import type { LanguageModelConfig } from '../family/family-config.js';
import { activate } from './activation.js';
import { selfAttention, type AttentionMask, type ChosenQueries, type KeyValue } from './attention.js';
import type { ParameterSource } from './parameter-source.js';
import { rotateHalfMatrix } from './rotary.js';

/** Places whose final state is wanted; the last layer asks for no others. */
export interface WantedPlaces extends Omit<ChosenQueries, 'mask' | 'rotation'> {
  /** cos and sin of their positions, each [batch or 1, 1, count, headDim]. */
  cos: Tensor;
  sin: Tensor;
  /** Additive mask [batch or 1, 1, count, P + S] of a layer. */
  mask: (layer: number) => AttentionMask;
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
  mask: (layer: number) => AttentionMask;
  /** Keys and values of the past of a layer; a batch of 1 is shared by all rows. */
  past?: (layer: number) => KeyValue;
  /** Without it, every place's final state is computed. */
  wanted?: WantedPlaces;
}

export interface DecoderOutputs {
  /** After each layer, [batch * S, width]; of the last one only the wanted places, [batch * count, width]. */
  hiddenStates: Tensor[];
  /** After the final norm, as the last of `hiddenStates`. */
  finalNorm: Tensor;
  /** Keys and values of the new positions, per layer. */
  present: KeyValue[];
}

/** LLaMA / Mistral / Qwen2 decoder layers and final norm. */
export function buildDecoder(
  graph: Graph,
  model: Pick<LanguageModelConfig, 'text' | 'names'>,
  source: ParameterSource,
  inputs: DecoderInputs,
): DecoderOutputs {
  const buildLayer = decoderLayers(graph, model, source, inputs);
  const hiddenStates: Tensor[] = [];
  const present: KeyValue[] = [];
  let hidden = inputs.inputsEmbeds;
  for (let layer = 0; layer < model.text.numHiddenLayers; layer++) {
    const built = buildLayer(layer, hidden);
    hidden = built.hidden;
    hiddenStates.push(hidden);
    present.push(built.present);
  }
  return { hiddenStates, finalNorm: buildFinalNorm(model, source, hidden), present };
}

/** Builds a layer on the hidden states [batch * S, width] before it. */
export type LayerBuilder = (layer: number, hidden: Tensor) => { hidden: Tensor; present: KeyValue };

/** The decoder's layers one by one, for graphs that hold some of them only. */
export function decoderLayers(
  graph: Graph,
  { text: config, names: { root } }: Pick<LanguageModelConfig, 'text' | 'names'>,
  source: ParameterSource,
  { batch, wanted, cos, sin, mask, past }: Omit<DecoderInputs, 'inputsEmbeds'>,
): LayerBuilder {
  // The score's 1/sqrt(headDim) is folded into the query's rotation, once for all layers.
  const scale = config.headDim ** -0.5;
  const scaled = (rotation: { cos: Tensor; sin: Tensor }) => ({
    cos: mul(rotation.cos, scale),
    sin: mul(rotation.sin, scale),
  });
  const half = graph.constant(rotateHalfMatrix(config.headDim), [config.headDim, config.headDim]);
  const query = scaled({ cos, sin });
  return (layer, hidden) => {
    const name = `${root}.layers.${layer}`;
    const normed = norm(config, source, `${name}.input_layernorm`, hidden);
    const chosen =
      wanted !== undefined && layer === config.numHiddenLayers - 1
        ? { rows: wanted.rows, rotation: scaled(wanted), mask: wanted.mask(layer) }
        : undefined;
    const context = { batch, half, query, key: { cos, sin }, mask: mask(layer), past: past?.(layer) };
    const attention = selfAttention(config, source, `${name}.self_attn`, normed, context, chosen);
    const attended = add(chosen === undefined ? hidden : gather(hidden, chosen.rows), attention.output);
    const fed = mlp(
      config,
      source,
      `${name}.mlp`,
      norm(config, source, `${name}.post_attention_layernorm`, attended),
    );
    return { hidden: add(attended, fed), present: attention.present };
  };
}

/** The norm behind the last layer. */
export function buildFinalNorm(
  { text, names: { root } }: Pick<LanguageModelConfig, 'text' | 'names'>,
  source: ParameterSource,
  hidden: Tensor,
): Tensor {
  return norm(text, source, `${root}.norm`, hidden);
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
