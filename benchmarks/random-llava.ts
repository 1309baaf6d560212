import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors, type WritableTensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { llavaFamily } from '@sea-align/mllm';
import { tinyModelFolder } from './tiny-workload.js';

/** Shape of a LLaVA-1.5 with random weights. */
export interface RandomLlavaShape {
  hiddenSize: number;
  layers: number;
  heads: number;
  ffnSize: number;
  vocabSize: number;
  /** Image patches a side; their square is the number of image tokens. */
  grid: number;
  visionWidth: number;
}

/** Large enough that matrix products rule, small enough for a laptop: as many image tokens as LLaVA-1.5 has. */
export const benchShape: RandomLlavaShape = {
  hiddenSize: 512,
  layers: 8,
  heads: 8,
  ffnSize: 1408,
  vocabSize: 32_000,
  grid: 24,
  visionWidth: 256,
};

const patchSize = 14;

/**
 * A LLaVA-1.5 checkpoint folder of this shape: seeded random weights, and the tiny LLaVA's tokenizer, whose words are the first
 * of the vocabulary. What it answers means nothing, what a step costs does.
 */
export async function randomLlava(
  shape: RandomLlavaShape = benchShape,
): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sea-bench-model-'));
  await cp(tinyModelFolder(), folder, { recursive: true });
  await edit(folder, 'config.json', ({ text_config, ...config }) => ({
    ...config,
    image_seq_length: shape.grid ** 2,
    text_config: {
      ...(text_config as object),
      vocab_size: shape.vocabSize,
      hidden_size: shape.hiddenSize,
      intermediate_size: shape.ffnSize,
      num_hidden_layers: shape.layers,
      num_attention_heads: shape.heads,
      num_key_value_heads: shape.heads,
      max_position_embeddings: 4096,
    },
    vision_config: {
      model_type: 'clip_vision_model',
      hidden_size: shape.visionWidth,
      intermediate_size: 4 * shape.visionWidth,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_channels: 3,
      image_size: shape.grid * patchSize,
      patch_size: patchSize,
      projection_dim: shape.visionWidth,
      hidden_act: 'quick_gelu',
      layer_norm_eps: 0.00001,
    },
  }));
  await edit(folder, 'preprocessor_config.json', (config) => ({
    ...config,
    size: { shortest_edge: shape.grid * patchSize },
    crop_size: { height: shape.grid * patchSize, width: shape.grid * patchSize },
  }));
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as unknown;
  const parsed = llavaFamily.parseConfig(config, 'config.json');
  const rng = new Rng('random llava');
  const { required, optional } = llavaFamily.expectedTensors(parsed);
  const tensors = [...required, ...optional].map(([name, extents]): [string, WritableTensor] => [
    name,
    { dtype: 'float32', shape: [...extents], data: randomTensor(name, extents, rng.fork(name)) },
  ]);
  await writeSafetensors(join(folder, 'model.safetensors'), new Map(tensors), { format: 'pt' });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Norms are 1, biases 0; the rest keeps the scale of what it is applied to. */
function randomTensor(name: string, shape: readonly number[], rng: Rng): Float32Array {
  const data = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
  if (name.endsWith('.bias')) return data;
  if (shape.length === 1) return data.fill(1);
  const inside = shape.slice(1).reduce((size, extent) => size * extent, 1);
  // A uniform draw of this range has the variance 1 / inside; a word's embedding has norm 1.
  const range = Math.sqrt(3 / inside);
  return data.map(() => range * (2 * rng.uniform() - 1));
}

async function edit(
  folder: string,
  file: string,
  change: (config: Record<string, unknown>) => object,
): Promise<void> {
  const path = join(folder, file);
  const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(change(config)));
}
