import { totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import type { TextConfig } from '../config/text-config.js';
import type { ModelPieces } from '../model-pieces.js';
import type { MultimodalModel } from '../multimodal-model.js';
import type { PackedScorerOptions } from './control-scores.js';
import { rowsPerRun } from './packed-sequence.js';

/** Tokens of control samples that are assumed before any is seen. */
const expectedSuffix = 128;

/**
 * Is scoring to go layer by layer? Where that is left open: if one graph for all layers would take more than half of the memory.
 * Of a GPU's memory nothing is known here, and every session would load its weights onto it again: there only if asked for.
 * @param memory bytes that this process may take
 */
export function scoresByLayer(
  model: Pick<MultimodalModel, 'engine' | 'config' | 'weights' | 'geometry'>,
  { gradientCheckpointing = 'auto', prefixIds, batchSize }: PackedScorerOptions,
  memory = memoryLimit(),
): boolean {
  if (gradientCheckpointing !== 'auto') return gradientCheckpointing;
  if (model.engine.device !== 'cpu') return false;
  const length = model.geometry.tokens + expectedSuffix;
  const places = rowsPerRun(length, batchSize) * length;
  const { text } = model.config;
  const activations = text.numHiddenLayers * layerBytes(text, places, prefixIds.length + length);
  return weightBytes(model) + activations > memory / 2;
}

/** What the backward pass of a layer needs of its forward pass, in float32. */
function layerBytes(text: TextConfig, places: number, keys: number): number {
  const { hiddenSize, intermediateSize, numAttentionHeads, headDim } = text;
  const perPlace = 6 * hiddenSize + 5 * intermediateSize + numAttentionHeads * (4 * headDim + 1.5 * keys);
  return 4 * places * perPlace;
}

const storageBytes = { float32: 4, float16: 2, bfloat16: 2 };

/** Of all weights, as a session holds or maps them. */
function weightBytes({ weights }: Pick<ModelPieces, 'weights'>): number {
  return weights
    .names()
    .reduce(
      (sum, name) =>
        sum +
        weights.shape(name).reduce((size, extent) => size * extent, storageBytes[weights.storage(name)]),
      0,
    );
}

/** Memory of the machine, or of the container where that is less. */
function memoryLimit(): number {
  return Math.min(totalmem(), constrainedMemory() || Infinity);
}
