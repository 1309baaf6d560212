import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';

/** A project of the workspace, as its package.json says. */
export interface Project {
  readonly name: string;
  /** Relative to the root of the workspace. */
  readonly folder: string;
  /** Projects that it declares to need, for development or always. */
  readonly declared: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly workspaces: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(workspaceRoot, folder, 'package.json'), 'utf8')) as Manifest;

const folders = manifest('').workspaces.flatMap((pattern) => {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  return readdirSync(path.join(workspaceRoot, parent)).map((name) => `${parent}/${name}`);
});

/** All projects of the workspace. */
export const projects: readonly Project[] = folders.map((folder) => {
  const { name, dependencies, devDependencies } = manifest(folder);
  const declared = Object.keys({ ...dependencies, ...devDependencies });
  return { name, folder, declared: declared.filter((other) => other.startsWith('@sea-align/')).sort() };
});

/** The projects that need one of these, directly or not, and these. */
export function dependentsOf(names: readonly string[]): Set<string> {
  const found = new Set(names);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const { name, declared } of projects)
      if (declared.some((other) => found.has(other))) found.add(name);
  }
  return found;
}
