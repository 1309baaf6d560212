import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { writeSafetensors, type WritableTensor } from '@sea-align/compute';
import { Rng, writeFileAtomic } from '@sea-align/core';
import type { FamilyConfig } from '@sea-align/mllm';

import { chatTemplates } from '../grammar/chat-templates.js';
import type { ToyModality } from '../world/modality.js';
import { initialWeights } from './initial-weights.js';
import type { TinyModel } from './tiny-model.js';

/** Starting deviation of projector and language model; at this width 0.02 learns half as fast. */
const languageDeviation = 0.07;

/** The model's configuration as the loader reads it. */
export const configOf = <M extends ToyModality>({ family, files }: TinyModel<M>): FamilyConfig =>
  family.parseConfig(files()['config.json'], 'config.json');

/** Writes everything of a Hugging Face folder but the weights. */
export async function writeSettings<M extends ToyModality>(
  model: TinyModel<M>,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(model.files())) {
    await writeFileAtomic(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  }
  await writeFileAtomic(join(folder, 'chat_template.jinja'), chatTemplates[model.world.modality]);
}

/**
 * Writes a complete Hugging Face folder. Weights that are not given get their starting values from `seed`, so the folder
 * can be loaded between the stages.
 */
export async function writeCheckpoint<M extends ToyModality>(
  model: TinyModel<M>,
  folder: string,
  weights: ReadonlyMap<string, Float32Array>,
  seed: number,
): Promise<void> {
  const { required, optional } = model.family.expectedTensors(configOf(model));
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
  await writeSettings(model, folder);
  // Hugging Face refuses a safetensors file that does not say which framework's layout it has.
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' });
}
