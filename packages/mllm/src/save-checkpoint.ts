import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { toFloat32, writeSafetensors, type HostTensor, type WritableTensor } from '@sea-align/compute';
import { ConfigError, DiskError } from '@sea-align/core';
import type { MultimodalModel } from './multimodal-model.js';

/**
 * Writes a HF folder: model.safetensors (float32, HF names) with the overrides applied, and every other file of the source
 * folder as it is.
 * @throws ConfigError where the folder is the model's own or an override is unknown; DiskError where it cannot be written
 */
export async function saveCheckpoint(
  model: MultimodalModel,
  overrides: ReadonlyMap<string, HostTensor>,
  outFolder: string,
): Promise<void> {
  if (resolve(outFolder) === resolve(model.folder)) {
    throw new ConfigError(`${outFolder} is the folder of the model itself; choose another one.`);
  }
  const unknown = [...overrides.keys()].filter((name) => !model.weights.has(name));
  if (unknown.length > 0) throw new ConfigError(`The model has no tensor ${unknown.join(', ')}.`);
  try {
    await mkdir(outFolder, { recursive: true });
    for (const entry of await readdir(model.folder, { withFileTypes: true })) {
      if (!entry.isFile() || isWeights(entry.name)) continue;
      await copyFile(join(model.folder, entry.name), join(outFolder, entry.name));
    }
  } catch (error) {
    throw DiskError.from(error, outFolder);
  }
  // One tensor at a time: `data` is asked for when its turn comes.
  const tensors = model.weights.names().map((name): [string, WritableTensor] => [
    name,
    {
      dtype: 'F32',
      shape: model.weights.shape(name),
      data: () => float32(overrides.get(name) ?? model.weights.get(name), name),
    },
  ]);
  await writeSafetensors(join(outFolder, 'model.safetensors'), tensors, { format: 'pt' });
}

function float32(tensor: HostTensor, name: string): Float32Array {
  const values = toFloat32(tensor);
  if (values === undefined)
    throw new ConfigError(`The override of ${name} is ${tensor.dtype}; a float type was expected.`);
  return values;
}

function isWeights(file: string): boolean {
  return file.endsWith('.safetensors') || file.endsWith('.safetensors.index.json') || file.endsWith('.bin');
}
