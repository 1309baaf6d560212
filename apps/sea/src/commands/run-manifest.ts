import { RunManifest, type RunFolder } from '@sea-align/core';
import type { OpenModel } from '../stages/open-model.js';
import { packageVersions } from './versions.js';

/** Starts (or goes on with) the manifest of a run on an open model, and saves it. */
export async function startManifest(
  folder: RunFolder,
  { model, engine }: OpenModel,
  config: unknown,
  seeds: Record<string, number | string>,
): Promise<RunManifest> {
  const manifest = await RunManifest.open(folder.file('manifest.json'), {
    config,
    seeds,
    versions: packageVersions(),
    engine: engine.describe(),
    model: { folder: model.folder, sha256: model.hash },
  });
  await manifest.save();
  return manifest;
}
