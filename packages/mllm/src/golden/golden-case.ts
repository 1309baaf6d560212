import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** A folder with inputs.safetensors and outputs.safetensors, and the checkpoint folder it belongs to. */
export interface GoldenCase {
  /** Path from the folder that was searched, for messages. */
  name: string;
  folder: string;
  modelFolder: string;
}

/** Checkpoint folders with the cases found under `root`: a checkpoint folder, a folder of them, or one case. */
export function findGoldenCases(root: string): Map<string, GoldenCase[]> {
  const found = new Map<string, GoldenCase[]>();
  search(
    root,
    isCheckpoint(dirname(root)) && isCase(root) && !isCheckpoint(root) ? dirname(root) : undefined,
  );
  return found;

  function search(folder: string, model: string | undefined): void {
    const modelFolder = isCheckpoint(folder) ? folder : model;
    if (modelFolder !== undefined) {
      if (!found.has(modelFolder)) found.set(modelFolder, []);
      if (isCase(folder)) {
        const name = relative(dirname(root), folder) || basename(folder);
        found.get(modelFolder)?.push({ name, folder, modelFolder });
      }
    }
    for (const entry of readdirSync(folder).sort()) {
      const path = join(folder, entry);
      const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false; // a broken link is none
      if (!entry.startsWith('.') && isFolder) search(path, modelFolder);
    }
  }
}

function isCheckpoint(folder: string): boolean {
  return existsSync(join(folder, 'config.json'));
}

function isCase(folder: string): boolean {
  return existsSync(join(folder, 'inputs.safetensors')) && existsSync(join(folder, 'outputs.safetensors'));
}
