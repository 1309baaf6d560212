import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** An entry of package-lock.json. */
export interface LockedPackage {
  version?: string;
  license?: string;
  link?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
  resolved?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export const workspaceRoot = path.resolve(fileURLToPath(import.meta.url), '../../..');

export function readJson<T>(...names: string[]): T {
  return JSON.parse(readFileSync(path.join(workspaceRoot, ...names), 'utf8')) as T;
}

/** Entries by their place: `packages/core`, `node_modules/zod`, `node_modules/a/node_modules/b`. */
export type Lock = Readonly<Record<string, LockedPackage>>;

export const lock: Lock = readJson<{ packages: Lock }>('package-lock.json').packages;

/** The name of the package at a place. */
export const nameAt = (place: string): string => place.split('node_modules/').at(-1) ?? place;

/** Where a package finds another one, as Node.js looks for it; undefined if it is not installed. */
export function placeOf(entries: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    const found = entries[place];
    if (found) return found.link && found.resolved ? found.resolved : place;
    if (folder === '') return undefined;
  }
}

/** All that these places need, directly or not, and they themselves; `optional` follows optional dependencies, too. */
export function treeOf(
  entries: Lock,
  places: readonly string[],
  { optional }: { optional: boolean },
): Set<string> {
  const found = new Set(places);
  for (const place of found) {
    const { dependencies, optionalDependencies } = entries[place];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (!optional && optionalDependencies?.[name]) continue;
      const next = placeOf(entries, place, name);
      if (next !== undefined) found.add(next);
    }
  }
  return found;
}

/** Places of what is published. */
export const published: readonly string[] = Object.keys(lock).filter((place) =>
  /^(packages|apps)\/[^/]+$/.test(place),
);
