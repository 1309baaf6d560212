import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type HostTensor, writeSafetensors } from '@sea-align/compute';
import type { RunFolder } from '@sea-align/core';
import { type MultimodalModel, saveAdapter, saveCheckpoint } from '@sea-align/mllm';

import type { AlignmentTrainable } from './options.js';

/** Where the trained weights are; absolute paths. */
export interface AlignmentFiles {
  /** PEFT adapter folder (LoRA). */
  adapter?: string;
  /** safetensors file with the trained weights under HF names (projector, full). */
  weights?: string;
  /** Whole checkpoint folder. */
  merged?: string;
}

/** What is to be written. */
export interface Artefacts {
  folder: Pick<RunFolder, 'file'>;
  model: MultimodalModel;
  trainable: AlignmentTrainable;
  parameters: ReadonlyMap<string, Float32Array>;
  overrides: ReadonlyMap<string, HostTensor>;
  merged: boolean;
}

/** Writes the trained weights in the layouts that others read. */
export async function writeArtefacts(artefacts: Artefacts): Promise<AlignmentFiles> {
  const { folder, model, trainable, parameters, overrides } = artefacts;
  const files: AlignmentFiles = {};
  if (trainable.kind === 'lora') {
    files.adapter = folder.file('adapter');
    await saveAdapter(files.adapter, model, { ...trainable, parameters }, model.folder);
  } else {
    await mkdir(folder.file('weights'), { recursive: true });
    files.weights = join(folder.file('weights'), 'model.safetensors');
    await writeSafetensors(files.weights, overrides, { format: 'pt' });
  }
  if (artefacts.merged) {
    files.merged = folder.file('merged');
    await saveCheckpoint(model, overrides, files.merged);
  }
  return files;
}
