import { reshape, type Graph, type HostTensor, type Tensor } from '@sea-align/compute';
import { ConfigError } from '@sea-align/core';
import { parseConfigFile } from '../config/read-config.js';
import type { Family } from '../family/family.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MediaProcessor } from '../family/prepared-medium.js';
import type { ChatTurn, PromptPlaceholder } from '../family/prompt-placeholder.js';
import type { ReferenceMedia } from '../family/reference-media.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import type { ExpectedTensors } from '../weights/expected-tensors.js';
import { buildPatchMerger } from './patch-merger.js';
import { qwen2VLSchema, type Qwen2VLConfig } from './qwen2-vl-config.js';
import { gridOf, qwen2VLGeometryOf, qwen2VLModalities, type Qwen2VLModality } from './qwen2-vl-geometry.js';
import { pixelFeature, Qwen2VLProcessor } from './qwen2-vl-processor.js';
import { buildQwen2VLReference } from './qwen2-vl-reference.js';
import { qwen2VLTensors, qwen2VLWeightName, qwen2VLWeightRole } from './qwen2-vl-tensors.js';
import { patchWidth } from './vision-config.js';
import { buildQwen2VLTower } from './vision-tower.js';

/** Qwen2-VL: images and videos of any size, a vision transformer over their patches, a merger, Qwen2 with M-RoPE. */
export const qwen2VLFamily: Family<Qwen2VLConfig> = {
  name: 'qwen2-vl',
  modelTypes: ['qwen2_vl'],
  modalities: qwen2VLModalities,
  supported: 'Qwen2-VL (model_type "qwen2_vl") for images and videos',

  parseConfig(raw: unknown, path: string): Qwen2VLConfig {
    return parseConfigFile(qwen2VLSchema, raw, path, 'Qwen2-VL config');
  },
  expectedTensors(config: Qwen2VLConfig): ExpectedTensors {
    return qwen2VLTensors(config);
  },
  weightName: qwen2VLWeightName,
  weightRole: qwen2VLWeightRole,

  async loadProcessor(folder: string, config: Qwen2VLConfig, modality: string): Promise<MediaProcessor> {
    return Qwen2VLProcessor.load(folder, config, checkedModality(modality));
  },
  geometry(config: Qwen2VLConfig, key: string): MediumGeometry {
    return qwen2VLGeometryOf(config, key);
  },
  promptPlaceholder(config: Qwen2VLConfig, modality: string): PromptPlaceholder {
    const type = checkedModality(modality);
    return {
      id: type === 'image' ? config.imageTokenId : config.videoTokenId,
      token: `<|${type}_pad|>`,
      around: ['<|vision_start|>', '<|vision_end|>'],
      part: { type },
    };
  },
  renderTurn: chatMarkupTurn,

  buildEncoder(
    graph: Graph,
    config: Qwen2VLConfig,
    source: ParameterSource,
    geometry: MediumGeometry,
    media: number,
  ): Tensor {
    const { vision } = config;
    const feature = pixelFeature[checkedModality(geometry.modality)];
    const pixelValues = graph.input(feature, [media, geometry.rows, patchWidth(vision)]);
    const states = buildQwen2VLTower(graph, vision, source, pixelValues, gridOf(config, geometry));
    return reshape(states[states.length - 1], [media, geometry.rows, geometry.width]);
  },
  buildProjector(
    _graph: Graph,
    config: Qwen2VLConfig,
    source: ParameterSource,
    _geometry: MediumGeometry,
    embeddings: Tensor,
  ): Tensor {
    return buildPatchMerger(config.vision, source, embeddings);
  },
  buildReferenceMedia(
    graph: Graph,
    config: Qwen2VLConfig,
    source: ParameterSource,
    inputs: ReadonlyMap<string, HostTensor>,
  ): ReferenceMedia | undefined {
    return buildQwen2VLReference(graph, config, source, inputs);
  },
};

/** Qwen's conversation form, as the published chat template writes it. */
function chatMarkupTurn({ question, medium, system, answer }: ChatTurn, mediumPart: string): string {
  const message = (role: string, text: string): string => `<|im_start|>${role}\n${text}<|im_end|>\n`;
  return (
    message('system', system ?? 'You are a helpful assistant.') +
    message('user', `${medium ? mediumPart : ''}${question}`) +
    (answer === undefined ? '<|im_start|>assistant\n' : message('assistant', answer))
  );
}

/** @throws ConfigError for a modality that Qwen2-VL has not */
function checkedModality(modality: string): Qwen2VLModality {
  const known = qwen2VLModalities.find((name) => name === modality);
  if (known !== undefined) return known;
  throw new ConfigError(`Qwen2-VL takes ${qwen2VLModalities.join(' and ')}; "${modality}" was asked for.`);
}
