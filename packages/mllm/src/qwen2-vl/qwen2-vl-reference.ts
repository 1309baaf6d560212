import { concat, slice, type Graph, type HostTensor, type Tensor, type TypedArray } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import type { MediumGeometry } from '../family/medium-geometry.js';
import type { ReferenceMedia } from '../family/reference-media.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import { gridPatches, type Grid } from './grid.js';
import { buildPatchMerger } from './patch-merger.js';
import type { Qwen2VLConfig } from './qwen2-vl-config.js';
import { qwen2VLGeometry, qwen2VLModalities, type Qwen2VLModality } from './qwen2-vl-geometry.js';
import { pixelFeature } from './qwen2-vl-processor.js';
import { buildQwen2VLTower } from './vision-tower.js';

const gridInput: Readonly<Record<Qwen2VLModality, string>> = {
  image: 'image_grid_thw',
  video: 'video_grid_thw',
};

/**
 * pixel_values with image_grid_thw, and pixel_values_videos with video_grid_thw, through tower and merger as HF's forward has
 * them: all images in one batch, all videos in another. Results of videos are named `video_…` where there are images too.
 */
export function buildQwen2VLReference(
  graph: Graph,
  config: Qwen2VLConfig,
  source: ParameterSource,
  inputs: ReadonlyMap<string, HostTensor>,
): ReferenceMedia | undefined {
  const groups: { geometries: MediumGeometry[]; features: Tensor }[] = [];
  const outputs = new Map<string, Tensor>();
  const differentiable = new Map<string, Tensor>();
  const feeds: Record<string, TypedArray> = {};
  for (const modality of qwen2VLModalities) {
    const name = pixelFeature[modality];
    const pixels = inputs.get(name);
    if (pixels === undefined) continue;
    const grids = gridsOf(inputs, gridInput[modality], pixels);
    const prefix = groups.length === 0 ? '' : `${modality}_`;
    const pixelValues = graph.input(name, pixels.shape);
    feeds[name] = pixels.data;
    const states = towerStates(graph, config, source, pixelValues, grids);
    states.forEach((state, layer) => outputs.set(`${prefix}vision_hidden.${layer}`, state));
    // A node of its own, to have a gradient of its own.
    const encoderOutput = concat([states[states.length - 1]], 0);
    const features = buildPatchMerger(config.vision, source, encoderOutput);
    outputs.set(`${prefix}encoder_output`, encoderOutput).set(`${prefix}projector_output`, features);
    differentiable
      .set(name, pixelValues)
      .set(`${prefix}encoder_output`, encoderOutput)
      .set(`${prefix}projector_output`, features);
    groups.push({ geometries: grids.map((grid) => qwen2VLGeometry(config, modality, grid)), features });
  }
  return groups.length === 0 ? undefined : { groups, outputs, differentiable, feeds };
}

/** Media of different grids: each through the tower by itself, the states one behind the other. */
function towerStates(
  graph: Graph,
  config: Qwen2VLConfig,
  source: ParameterSource,
  pixelValues: Tensor,
  grids: readonly Grid[],
): Tensor[] {
  let start = 0;
  const each = grids.map((grid) => {
    const rows = slice(pixelValues, 0, start, (start += gridPatches(grid)));
    return buildQwen2VLTower(graph, config.vision, source, rows, grid);
  });
  return each[0].map((_, layer) =>
    concat(
      each.map((states) => states[layer]),
      0,
    ),
  );
}

function gridsOf(inputs: ReadonlyMap<string, HostTensor>, name: string, pixels: HostTensor): Grid[] {
  const sides = Array.from(inputs.get(name)?.data ?? [], Number);
  const grids = Array.from({ length: sides.length / 3 }, (_, at): Grid => {
    const [t, h, w] = sides.slice(at * 3);
    return { t, h, w };
  });
  const patches = grids.reduce((sum, grid) => sum + gridPatches(grid), 0);
  if (grids.length > 0 && patches === pixels.shape[0]) return grids;
  throw new CheckpointError(
    `inputs.safetensors: ${name} counts ${patches} patches, the pixels have ${pixels.shape[0]} rows.`,
  );
}
