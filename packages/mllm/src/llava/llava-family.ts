import type { Graph, HostTensor, Tensor } from '@sea-align/compute';
import { ConfigError } from '@sea-align/core';
import { textModelTypes } from '../config/text-config.js';
import type { Family } from '../family/family.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MediaProcessor } from '../family/prepared-medium.js';
import type { PromptPlaceholder } from '../family/prompt-placeholder.js';
import type { ReferenceMedia } from '../family/reference-media.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import type { ExpectedTensors } from '../weights/expected-tensors.js';
import type { ClipVisionConfig } from './clip-vision-config.js';
import {
  embeddingTokens,
  embeddingWidth,
  featureLayerIndices,
  parseLlavaConfig,
  type LlavaConfig,
} from './llava-config.js';
import { LlavaProcessor } from './llava-processor.js';
import { buildLlavaReference } from './llava-reference.js';
import { isPositionBuffer, llavaTensors, llavaWeightName, llavaWeightRole } from './llava-tensors.js';
import { buildLlavaProjector } from './projector.js';
import { buildVisionTower, selectFeatures } from './vision-tower.js';

/** LLaVA-1.5: CLIP vision tower, MLP projector, LLaMA / Mistral / Qwen2. Every image is one square of the tower's size. */
export const llavaFamily: Family<LlavaConfig> = {
  name: 'llava',
  modelTypes: ['llava'],
  modalities: ['image'],
  supported:
    'LLaVA-1.5 (model_type "llava") with a CLIP vision tower (clip_vision_model) and a ' +
    `${textModelTypes.join(', ')} text backbone`,

  parseConfig(raw: unknown, path: string): LlavaConfig {
    return parseLlavaConfig(raw, path, this.supported);
  },
  expectedTensors(config: LlavaConfig): ExpectedTensors {
    return llavaTensors(config);
  },
  weightName: llavaWeightName,
  isDerivedBuffer: isPositionBuffer,
  weightRole: llavaWeightRole,

  loadProcessor(folder: string, config: LlavaConfig): Promise<MediaProcessor> {
    return LlavaProcessor.load(folder, config.vision.imageSize, llavaGeometry(config));
  },
  geometry(config: LlavaConfig, key: string): MediumGeometry {
    const geometry = llavaGeometry(config);
    if (key === geometry.key) return geometry;
    throw new ConfigError(`"${key}" is no geometry of a LLaVA-1.5 model, which has only "${geometry.key}".`);
  },
  promptPlaceholder(config: LlavaConfig): PromptPlaceholder {
    return imagePlaceholder(config);
  },

  buildEncoder(
    graph: Graph,
    config: LlavaConfig,
    source: ParameterSource,
    _geometry: MediumGeometry,
    media: number,
  ): Tensor {
    return encodeImages(config, source, pixelInput(graph, config.vision, media));
  },
  buildProjector(
    _graph: Graph,
    config: LlavaConfig,
    source: ParameterSource,
    _geometry: MediumGeometry,
    embeddings: Tensor,
  ): Tensor {
    return buildLlavaProjector(config, source, embeddings);
  },
  buildReferenceMedia(
    graph: Graph,
    config: LlavaConfig,
    source: ParameterSource,
    inputs: ReadonlyMap<string, HostTensor>,
  ): ReferenceMedia | undefined {
    return buildLlavaReference(graph, config, source, inputs, llavaGeometry(config));
  },
};

/** Every image's geometry: the tower's patches (and class token, where it is kept). */
function llavaGeometry(config: LlavaConfig): MediumGeometry {
  const tokens = embeddingTokens(config);
  return {
    key: 'image',
    modality: 'image',
    rows: tokens,
    width: embeddingWidth(config),
    tokens,
    placeholderId: config.imageTokenId,
    span: tokens,
  };
}

/** LLaVA's `<image>`, on a line of its own. */
export function imagePlaceholder(config: LlavaConfig): PromptPlaceholder {
  return { id: config.imageTokenId, token: '<image>', around: ['', '\n'], part: { type: 'image' } };
}

/** pixel_values [images, channels, side, side]. */
export function pixelInput(graph: Graph, vision: ClipVisionConfig, images: number): Tensor {
  const { numChannels, imageSize } = vision;
  return graph.input('pixel_values', [images, numChannels, imageSize, imageSize]);
}

/** The selected features of [images, channels, side, side]; layers that are not used are left out. */
export function encodeImages(config: LlavaConfig, source: ParameterSource, pixelValues: Tensor): Tensor {
  const layers = Math.max(...featureLayerIndices(config));
  return selectFeatures(config, buildVisionTower(config.vision, source, pixelValues, layers));
}
