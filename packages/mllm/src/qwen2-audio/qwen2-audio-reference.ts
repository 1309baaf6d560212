import {
  concat,
  reshape,
  slice,
  transpose,
  type Graph,
  type HostTensor,
  type Tensor,
} from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import type { ReferenceMedia } from '../family/reference-media.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import { audioGeometry } from './audio-geometry.js';
import { framesOfMel, tokensOfMel } from './audio-lengths.js';
import { buildAudioProjector } from './audio-projector.js';
import { audioKeyMask, buildAudioTower } from './audio-tower.js';
import type { Qwen2AudioConfig } from './qwen2-audio-config.js';

/**
 * input_features [sounds, mel bins, mel] of a golden case through tower and projector, the whole window as in HF's forward,
 * with audio_conv2_pre_gelu, audio_hidden.*, encoder_output, projector_output (padding included).
 */
export function buildQwen2AudioReference(
  graph: Graph,
  config: Qwen2AudioConfig,
  source: ParameterSource,
  inputs: ReadonlyMap<string, HostTensor>,
): ReferenceMedia | undefined {
  const features = inputs.get('input_features');
  if (features === undefined) return undefined;
  const [media, , mel] = features.shape;
  const lengths = melLengths(inputs, media, mel);
  const frames = framesOfMel(mel);
  const inputFeatures = graph.input('input_features', features.shape);
  const keyMask = graph.input('audio_attention_mask', [media, 1, 1, frames]);
  const tower = buildAudioTower(config.audio, source, inputFeatures, keyMask);
  const { encoderOutput } = tower;
  const projected = reshape(buildAudioProjector(config, source, encoderOutput), [
    media,
    encoderOutput.shape[1],
    config.text.hiddenSize,
  ]);
  const geometries = lengths.map((length) => audioGeometry(config, tokensOfMel(length)));
  const valid = geometries.map(({ tokens }, at) =>
    reshape(slice(slice(projected, 0, at, at + 1), 1, 0, tokens), [tokens, config.text.hiddenSize]),
  );
  const outputs = new Map<string, Tensor>([
    ['audio_conv2_pre_gelu', transpose(tower.conv2, [0, 2, 1])],
    ['encoder_output', encoderOutput],
    ['projector_output', projected],
  ]);
  tower.hiddenStates.forEach((state, layer) => outputs.set(`audio_hidden.${layer + 1}`, state));
  return {
    groups: [{ geometries, features: concat(valid, 0) }],
    outputs,
    differentiable: new Map([
      ['input_features', inputFeatures],
      ['encoder_output', encoderOutput],
      ['projector_output', projected],
    ]),
    feeds: { input_features: features.data, audio_attention_mask: audioKeyMask(lengths, frames) },
  };
}

/** Spectrogram frames of each sound that hold sound: sums of feature_attention_mask's rows. */
function melLengths(inputs: ReadonlyMap<string, HostTensor>, media: number, mel: number): number[] {
  const mask = inputs.get('feature_attention_mask');
  if (mask?.data.length !== media * mel) {
    throw new CheckpointError(
      `inputs.safetensors has no feature_attention_mask of shape [${media}, ${mel}].`,
    );
  }
  const flags = Array.from(mask.data as ArrayLike<number | bigint>, Number);
  return Array.from({ length: media }, (_, at) =>
    flags.slice(at * mel, (at + 1) * mel).reduce((sum, flag) => sum + flag, 0),
  );
}
