import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The fields of a package.json that are read here; all others are kept as they are. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  [field: string]: unknown;
}

/** A package of this workspace that is published. */
export interface WorkspacePackage {
  name: string;
  /** Relative to the workspace root, with slashes: `packages/core`. */
  folder: string;
  manifest: Manifest;
}

export const workspaceRoot = path.resolve(fileURLToPath(import.meta.url), '../../..');

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** All packages and apps that are not private, by folder. */
export function publishedPackages(root = workspaceRoot): WorkspacePackage[] {
  return ['packages', 'apps']
    .flatMap((group) => readdirSync(path.join(root, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(path.join(root, folder)) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }));
}

/** Where a package is put together for publishing: Nx's `packageRoot` in nx.json. */
export function stagingFolder(name: string, root = workspaceRoot): string {
  return path.join(root, 'dist', name);
}
