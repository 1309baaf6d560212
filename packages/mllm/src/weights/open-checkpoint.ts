import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors } from '@sea-align/compute';
import type { FamilyConfig } from '../family/family-config.js';
import type { Family } from '../family/family.js';
import { readArchitecture } from '../family/read-architecture.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { lmHeadName } from './expected-tensors.js';
import { CheckpointWeights, type ModelWeights } from './model-weights.js';

/** A checkpoint folder's config and checked weights; close it when done. */
export interface OpenCheckpoint {
  architecture: Family;
  config: FamilyConfig;
  weights: ModelWeights;
  /** SHA-256 (hex) over config.json and the weights. */
  hash: string;
  close(): void;
}

/** @throws ConfigError, CheckpointError as the family's `parseConfig` and `checkCheckpoint` do */
export async function openCheckpoint(folder: string, families: readonly Family[]): Promise<OpenCheckpoint> {
  const { architecture, config: declared } = await readArchitecture(folder, families);
  const file = await openSafetensors(folder);
  try {
    // As in HF, where the text config is silent about tying, a separate lm_head in the file counts.
    const separateHead = file.names().some((name) => architecture.weightName(name) === lmHeadName(declared));
    const tied = declared.tieWordEmbeddings && !(separateHead && declared.text.tieWordEmbeddings !== true);
    const config: FamilyConfig = { ...declared, tieWordEmbeddings: tied };
    const { storedNames, hash } = checkCheckpoint(file, architecture, config);
    const configBytes = await readFile(join(folder, 'config.json'));
    return {
      architecture,
      config,
      weights: new CheckpointWeights(file, storedNames),
      hash: createHash('sha256').update(configBytes).update(hash).digest('hex'),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}
