import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadAdapter } from '@sea-align/alignment';
import { openSafetensors, type HostTensor } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import type { MultimodalModel } from '@sea-align/mllm';

async function readWeights(file: string): Promise<Map<string, HostTensor>> {
  const weights = await openSafetensors(file);
  try {
    return new Map(weights.names().map((name) => [name, weights.read(name)]));
  } finally {
    weights.close();
  }
}

async function overridesOf(folder: string, model: MultimodalModel): Promise<Map<string, HostTensor>> {
  if (existsSync(path.join(folder, 'adapter_config.json'))) return loadAdapter(folder, model);
  const adapter = path.join(folder, 'adapter');
  if (existsSync(adapter)) return loadAdapter(adapter, model);
  const weights = path.join(folder, 'weights', 'model.safetensors');
  if (existsSync(weights)) return readWeights(weights);
  throw new CheckpointError(`${folder} holds no alignment result`, {
    hint: 'Give the output folder of `sea align`, or a PEFT folder (adapter_config.json, adapter_model.safetensors).',
  });
}

/** The model with what `sea align` wrote into `folder` (or a PEFT adapter) laid over it. Release it separately. */
export async function alignedModel(model: MultimodalModel, folder: string): Promise<MultimodalModel> {
  return model.withOverrides(await overridesOf(folder, model));
}
