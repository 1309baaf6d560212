import { gather, reshape, type Graph, type HostTensor } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import type { ReferenceMedia } from '../family/reference-media.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import { referenceFeatures } from '../llava/llava-reference.js';
import { buildLlavaProjector } from '../llava/projector.js';
import type { LlavaNextConfig } from './llava-next-config.js';
import { gridGeometry, imageGrid, tilesOf } from './llava-next-geometry.js';
import { packFeatures } from './pack-features.js';

/**
 * pixel_values [images, most tiles, …] of a golden case, images with fewer tiles padded with zeros; the padding is dropped before the
 * tower. vision_hidden.*, encoder_output and projector_output are of the tiles that are left, before packing.
 */
export function buildLlavaNextReference(
  graph: Graph,
  config: LlavaNextConfig,
  source: ParameterSource,
  inputs: ReadonlyMap<string, HostTensor>,
): ReferenceMedia | undefined {
  const pixels = inputs.get('pixel_values');
  if (pixels === undefined) return undefined;
  const sizes = inputs.get('image_sizes');
  const [images, mostTiles] = pixels.shape;
  if (pixels.shape.length !== 5 || sizes?.data.length !== images * 2) {
    throw new CheckpointError(
      'inputs.safetensors needs pixel_values [images, tiles, 3, H, W] and image_sizes [images, 2].',
    );
  }
  const grids = Array.from({ length: images }, (_, at) =>
    imageGrid(config, [Number(sizes.data[2 * at]), Number(sizes.data[2 * at + 1])]),
  );
  const pixelValues = graph.input('pixel_values', pixels.shape);
  const real = grids.flatMap((grid, image) =>
    Array.from({ length: tilesOf(grid) }, (_, tile) => image * mostTiles + tile),
  );
  const flat = reshape(pixelValues, [images * mostTiles, ...pixels.shape.slice(2)]);
  const tiles = gather(flat, graph.constant(Int32Array.from(real), [real.length], 'int32'));
  const { outputs, encoderOutput } = referenceFeatures(config, source, tiles);
  const projected = buildLlavaProjector(config, source, encoderOutput);
  outputs.set('projector_output', projected);
  return {
    groups: [
      {
        geometries: grids.map((grid) => gridGeometry(config, grid)),
        features: packFeatures(graph, config, source, grids, projected),
      },
    ],
    outputs,
    differentiable: new Map([
      ['pixel_values', pixelValues],
      ['encoder_output', encoderOutput],
      ['projector_output', projected],
    ]),
    feeds: { pixel_values: pixels.data },
  };
}
