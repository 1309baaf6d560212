import path from 'node:path';
import { RunManifest } from '@sea-align/core';
import type { OpenModel } from '../stages/open-model.js';
import { packageVersions } from './versions.js';

export interface StageFacts {
  readonly stage: string;
  readonly out: string;
  readonly settings: unknown;
  readonly seed: number;
  /** Files that the stage reads. */
  readonly inputs: readonly string[];
  /** Keep what the folder's manifest says of earlier sessions. */
  readonly resume?: boolean;
}

/** Runs a single stage and notes it in the folder's manifest.json once it is complete. */
export async function withStageManifest<T>(
  { stage, out, settings, seed, inputs, resume }: StageFacts,
  { model, engine }: OpenModel,
  work: () => Promise<T>,
): Promise<T> {
  const init = {
    config: { stage, settings },
    seeds: { seed },
    versions: packageVersions(),
    engine: engine.describe(),
    model: { folder: model.folder, sha256: model.hash },
  };
  const file = path.join(out, 'manifest.json');
  const manifest = resume ? await RunManifest.open(file, init) : new RunManifest(file, init);
  for (const input of inputs) await manifest.addInput(input);
  manifest.start(stage);
  const result = await work();
  manifest.end(stage);
  // Not before: a stage makes sure itself that the folder is its own.
  await manifest.save();
  return result;
}
