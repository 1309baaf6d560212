import { join } from 'node:path';
import { readJsonFile } from '../config/read-config.js';
import { builtInFamilies } from './built-in-families.js';
import type { FamilyConfig } from './family-config.js';
import type { Family } from './family.js';
import { findFamily } from './find-family.js';

/** A checkpoint's family and its config. */
export interface Architecture {
  architecture: Family;
  config: FamilyConfig;
}

/**
 * Family and config of a checkpoint folder with HF's per-type defaults; no weights are looked at.
 * @param families default: the built-in ones
 * @throws CheckpointError for an unsupported architecture (code SEA_UNSUPPORTED_ARCHITECTURE), ConfigError listing every fault
 */
export async function readArchitecture(
  folder: string,
  families: readonly Family[] = builtInFamilies,
): Promise<Architecture> {
  const path = join(folder, 'config.json');
  const raw = await readJsonFile(path);
  const architecture = findFamily(raw, path, families);
  return { architecture, config: architecture.parseConfig(raw, path) };
}
