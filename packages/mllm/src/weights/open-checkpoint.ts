import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors } from '@sea-align/compute';
import type { LlavaConfig } from '../config/llava-config.js';
import { readConfig } from '../config/read-config.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { CheckpointWeights, type ModelWeights } from './model-weights.js';
import { lmHeadName, weightName } from './tensor-names.js';

/** A checkpoint folder's config and checked weights; close it when done. */
export interface OpenCheckpoint {
  config: LlavaConfig;
  weights: ModelWeights;
  /** SHA-256 (hex) over config.json and the weights. */
  hash: string;
  close(): void;
}

/** @throws ConfigError, CheckpointError as `readConfig` and `checkCheckpoint` do */
export async function openCheckpoint(folder: string): Promise<OpenCheckpoint> {
  const declared = await readConfig(folder);
  const file = await openSafetensors(folder);
  try {
    // As in HF, where the text config is silent about tying, a separate lm_head in the file counts.
    const separateHead = file.names().some((name) => weightName(name) === lmHeadName);
    const tied = declared.tieWordEmbeddings && !(separateHead && declared.text.tieWordEmbeddings !== true);
    const config: LlavaConfig = { ...declared, tieWordEmbeddings: tied };
    const { storedNames, hash } = checkCheckpoint(file, config);
    const configBytes = await readFile(join(folder, 'config.json'));
    return {
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
