import { concat, type Graph, type HostTensor, type Tensor } from '@sea-align/compute';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { ReferenceMedia } from '../family/reference-media.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import type { LlavaConfig } from './llava-config.js';
import { buildLlavaProjector } from './projector.js';
import { buildVisionTower, selectFeatures } from './vision-tower.js';

/** pixel_values [images, …] of a golden case through tower and projector, with vision_hidden.*, encoder_output, projector_output. */
export function buildLlavaReference(
  graph: Graph,
  config: LlavaConfig,
  source: ParameterSource,
  inputs: ReadonlyMap<string, HostTensor>,
  geometry: MediumGeometry,
): ReferenceMedia | undefined {
  const pixels = inputs.get('pixel_values');
  if (pixels === undefined) return undefined;
  const pixelValues = graph.input('pixel_values', pixels.shape);
  const { outputs, encoderOutput } = referenceFeatures(config, source, pixelValues);
  const projected = buildLlavaProjector(config, source, encoderOutput);
  outputs.set('projector_output', projected);
  return {
    groups: [{ geometries: Array.from({ length: pixels.shape[0] }, () => geometry), features: projected }],
    outputs,
    differentiable: new Map([
      ['pixel_values', pixelValues],
      ['encoder_output', encoderOutput],
      ['projector_output', projected],
    ]),
    feeds: { pixel_values: pixels.data },
  };
}

/** All hidden states of the tower, and the selected features of [images, channels, side, side]. */
export function referenceFeatures(
  config: LlavaConfig,
  source: ParameterSource,
  pixelValues: Tensor,
): { outputs: Map<string, Tensor>; encoderOutput: Tensor } {
  const states = buildVisionTower(config.vision, source, pixelValues);
  const outputs = new Map(states.map((state, layer) => [`vision_hidden.${layer}`, state]));
  // A node of its own even where the tower's last state is taken as it is, to have a gradient of its own.
  const encoderOutput = concat([selectFeatures(config, states)], 0);
  outputs.set('encoder_output', encoderOutput);
  return { outputs, encoderOutput };
}
