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

/** The file that holds what `sea align` wrote into a folder, or a PEFT adapter's own. */
interface AlignedWeights {
  readonly file: string;
  /** Folder of the adapter, where it is one. */
  readonly adapter?: string;
}

/** @throws CheckpointError where `folder` holds no alignment result */
export function findAlignedWeights(folder: string): AlignedWeights {
  for (const adapter of [folder, path.join(folder, 'adapter')]) {
    const file = path.join(adapter, 'adapter_model.safetensors');
    if (existsSync(path.join(adapter, 'adapter_config.json'))) return { file, adapter };
  }
  const file = path.join(folder, 'weights', 'model.safetensors');
  if (existsSync(file)) return { file };
  throw new CheckpointError(`${folder} holds no alignment result`, {
    hint: 'Give the output folder of `sea align`, or a PEFT folder (adapter_config.json, adapter_model.safetensors).',
  });
}

/** The model with what `sea align` wrote into `folder` (or a PEFT adapter) laid over it. Release it separately. */
export async function alignedModel(model: MultimodalModel, folder: string): Promise<MultimodalModel> {
  const { file, adapter } = findAlignedWeights(folder);
  return model.withOverrides(adapter ? await loadAdapter(adapter, model) : await readWeights(file));
}
