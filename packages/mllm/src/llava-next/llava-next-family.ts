import { reshape, type Graph, type HostTensor, type Tensor } from '@sea-align/compute';
import { textModelTypes } from '../config/text-config.js';
import type { Family } from '../family/family.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { MediaProcessor } from '../family/prepared-medium.js';
import type { PromptPlaceholder } from '../family/prompt-placeholder.js';
import type { ReferenceMedia } from '../family/reference-media.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import { encodeImages, imagePlaceholder } from '../llava/llava-family.js';
import { isPositionBuffer, llavaTensors, llavaWeightName, llavaWeightRole } from '../llava/llava-tensors.js';
import { buildLlavaProjector } from '../llava/projector.js';
import type { ExpectedTensors } from '../weights/expected-tensors.js';
import { parseLlavaNextConfig, type LlavaNextConfig } from './llava-next-config.js';
import { gridGeometry, parseGridKey, tilesOf } from './llava-next-geometry.js';
import { LlavaNextProcessor } from './llava-next-processor.js';
import { buildLlavaNextReference } from './llava-next-reference.js';
import { imageNewlineName, packFeatures } from './pack-features.js';

/**
 * LLaVA-NeXT (1.6): LLaVA-1.5's parts on images of any resolution, cut into tiles; an image's geometry follows from its size.
 * Encoder output E: the tiles' features, [tiles * patches, width]; unpadding and newlines belong to the projector.
 */
export const llavaNextFamily: Family<LlavaNextConfig> = {
  name: 'llava-next',
  modelTypes: ['llava_next'],
  modalities: ['image'],
  supported:
    'LLaVA-NeXT (model_type "llava_next") with a CLIP vision tower (clip_vision_model) and a ' +
    `${textModelTypes.join(', ')} text backbone`,

  parseConfig(raw: unknown, path: string): LlavaNextConfig {
    return parseLlavaNextConfig(raw, path, this.supported);
  },
  expectedTensors(config: LlavaNextConfig): ExpectedTensors {
    const expected = llavaTensors(config);
    expected.required.set(imageNewlineName, [config.text.hiddenSize]);
    return expected;
  },
  weightName(storedName: string): string {
    return storedName === `model.${imageNewlineName}` ? imageNewlineName : llavaWeightName(storedName);
  },
  isDerivedBuffer: isPositionBuffer,
  weightRole: llavaWeightRole,

  loadProcessor(folder: string, config: LlavaNextConfig): Promise<MediaProcessor> {
    return LlavaNextProcessor.load(folder, config);
  },
  geometry(config: LlavaNextConfig, key: string): MediumGeometry {
    return gridGeometry(config, parseGridKey(config, key));
  },
  promptPlaceholder(config: LlavaNextConfig): PromptPlaceholder {
    return imagePlaceholder(config);
  },

  buildEncoder(
    graph: Graph,
    config: LlavaNextConfig,
    source: ParameterSource,
    { key, rows, width }: MediumGeometry,
    media: number,
  ): Tensor {
    const { numChannels, imageSize } = config.vision;
    const tiles = media * tilesOf(parseGridKey(config, key));
    const pixelValues = graph.input('pixel_values', [tiles, numChannels, imageSize, imageSize]);
    return reshape(encodeImages(config, source, pixelValues), [media, rows, width]);
  },
  buildProjector(
    graph: Graph,
    config: LlavaNextConfig,
    source: ParameterSource,
    { key }: MediumGeometry,
    embeddings: Tensor,
  ): Tensor {
    const grid = parseGridKey(config, key);
    const grids = Array.from({ length: embeddings.shape[0] }, () => grid);
    return packFeatures(graph, config, source, grids, buildLlavaProjector(config, source, embeddings));
  },
  buildReferenceMedia(
    graph: Graph,
    config: LlavaNextConfig,
    source: ParameterSource,
    inputs: ReadonlyMap<string, HostTensor>,
  ): ReferenceMedia | undefined {
    return buildLlavaNextReference(graph, config, source, inputs);
  },
};
