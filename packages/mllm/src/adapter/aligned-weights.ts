import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors, type HostTensor } from '@sea-align/compute';
import { CheckpointError } from '@sea-align/core';
import type { MultimodalModel } from '../multimodal-model.js';
import { loadAdapter } from './load-adapter.js';

/** The file that holds what an alignment run wrote into a folder, or a PEFT adapter's own. */
export interface AlignedWeights {
  readonly file: string;
  /** Folder of the adapter, where it is one. */
  readonly adapter?: string;
}

/**
 * Looks for a PEFT adapter (in `folder` or its `adapter/`), then for `weights/model.safetensors`.
 * @throws CheckpointError where `folder` holds no alignment result
 */
export function findAlignedWeights(folder: string): AlignedWeights {
  for (const adapter of [folder, join(folder, 'adapter')]) {
    const file = join(adapter, 'adapter_model.safetensors');
    if (existsSync(join(adapter, 'adapter_config.json'))) return { file, adapter };
  }
  const file = join(folder, 'weights', 'model.safetensors');
  if (existsSync(file)) return { file };
  throw new CheckpointError(`${folder} holds no alignment result`, {
    hint: 'Give the output folder of `sea align`, or a PEFT folder (adapter_config.json, adapter_model.safetensors).',
  });
}

/**
 * The model with what an alignment run wrote into `folder` (or a PEFT adapter) laid over it. Release it separately.
 * @throws CheckpointError where there is none, or it does not fit the model
 */
export async function alignedModel(model: MultimodalModel, folder: string): Promise<MultimodalModel> {
  const { file, adapter } = findAlignedWeights(folder);
  return model.withOverrides(adapter ? await loadAdapter(adapter, model) : await readWeights(file));
}

async function readWeights(file: string): Promise<Map<string, HostTensor>> {
  const weights = await openSafetensors(file);
  try {
    return new Map(weights.names().map((name) => [name, weights.read(name)]));
  } finally {
    weights.close();
  }
}
