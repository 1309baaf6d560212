import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly nx?: { readonly targets?: Readonly<Record<string, unknown>> };
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(workspaceRoot, folder, 'package.json'), 'utf8')) as Manifest;
}

export const rootManifest = manifest('');

/** The manifests of all projects. */
export const projects: readonly Manifest[] = (rootManifest.workspaces ?? []).flatMap((pattern) => {
  if (!pattern.endsWith('/*')) return [manifest(pattern)];
  const parent = pattern.slice(0, -2);
  return readdirSync(path.join(workspaceRoot, parent)).map((name) => manifest(`${parent}/${name}`));
});

/** The project of this name, with or without its scope. */
export const projectNamed = (name: string): Manifest | undefined =>
  projects.find((project) => project.name === name || project.name === `@sea-align/${name}`);

/** Whether a project has a target: a script, or one that its manifest describes. */
export const hasTarget = ({ scripts, nx }: Manifest, target: string): boolean =>
  scripts?.[target] !== undefined || nx?.targets?.[target] !== undefined;
