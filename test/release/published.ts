import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface PublishedPackage {
  name: string;
  version: string;
  /** Relative to the workspace: `packages/core`. */
  folder: string;
  /** Packages of this workspace that it brings along. */
  needs: string[];
}

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** The packages and apps of a workspace that are published, with their versions there. */
export function publishedPackages(root: string): PublishedPackage[] {
  return ['packages', 'apps']
    .flatMap((group) => readdirSync(path.join(root, group)).map((name) => `${group}/${name}`))
    .map((folder) => {
      const text = readFileSync(path.join(root, folder, 'package.json'), 'utf8');
      return { folder, manifest: JSON.parse(text) as Manifest };
    })
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest: { name, version, dependencies, optionalDependencies } }) => ({
      name,
      version,
      folder,
      needs: Object.keys({ ...dependencies, ...optionalDependencies }).filter((it) =>
        it.startsWith('@sea-align/'),
      ),
    }));
}

/** These and all that need one of them, directly or not. */
export function withDependents(packages: readonly PublishedPackage[], names: readonly string[]): string[] {
  const found = new Set(names);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const { name, needs } of packages) if (needs.some((other) => found.has(other))) found.add(name);
  }
  return [...found].sort();
}
