import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { writeSafetensors, type WritableTensor } from '@sea-align/compute';
import { Rng, writeFileAtomic } from '@sea-align/core';
import { expectedTensors, parseConfig, type LlavaConfig } from '@sea-align/mllm';

import { chatTemplate } from '../grammar/tokenizer-files.js';
import { initialWeights } from './initial-weights.js';
import { tinyLlavaFiles } from './tiny-llava-config.js';

/** Starting deviation of projector and language model; at this width 0.02 learns half as fast. */
const languageDeviation = 0.07;

/** The tiny LLaVA's configuration as the loader reads it. */
export const tinyLlavaConfig = (): LlavaConfig => parseConfig(tinyLlavaFiles()['config.json'], 'config.json');

/**
 * Writes a complete Hugging Face folder. Weights that are not given get their starting values from `seed`, so the folder
 * can be loaded between the stages.
 */
export async function writeTinyLlava(
  folder: string,
  weights: ReadonlyMap<string, Float32Array>,
  seed: number,
): Promise<void> {
  const { required, optional } = expectedTensors(tinyLlavaConfig());
  const shapes = new Map([...required, ...optional]);
  const start = initialWeights(shapes, new Rng(seed, 'initial'), languageDeviation);
  const tensors = new Map<string, WritableTensor>();
  for (const [name, shape] of shapes) {
    tensors.set(name, {
      dtype: 'F32',
      shape,
      data: weights.get(name) ?? start.get(name) ?? new Float32Array(),
    });
  }
  await mkdir(folder, { recursive: true });
  // Hugging Face refuses a safetensors file that does not say which framework's layout it has.
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' });
  for (const [name, content] of Object.entries(tinyLlavaFiles())) {
    await writeFileAtomic(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  }
  await writeFileAtomic(join(folder, 'chat_template.jinja'), chatTemplate);
}
