import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';
import { projects } from './manifests.js';

/** Folders that a copy does without: installed, built and written by runs, and the megabytes that only tests read. */
const left = new Set(['.git', '.nx', 'node_modules', 'dist', 'runs', 'fixtures', 'checkpoints', 'golden']);

/**
 * Copies the workspace into an empty folder, sources and all, with the packages that are installed here. Projects of the
 * copy know each other as npm would have linked them.
 */
export function copyWorkspace(folder: string): void {
  cpSync(workspaceRoot, folder, {
    recursive: true,
    filter: (from) => from === workspaceRoot || !left.has(path.basename(from)),
  });
  const [installed, links] = [path.join(workspaceRoot, 'node_modules'), path.join(folder, 'node_modules')];
  mkdirSync(path.join(links, '@sea-align'), { recursive: true });
  for (const name of readdirSync(installed)) {
    // A cache is written to, and belongs to the folder that it is in.
    if (name === '@sea-align' || name.startsWith('.vite') || name === '.cache') continue;
    symlinkSync(path.join(installed, name), path.join(links, name));
  }
  for (const { name, folder: project } of projects) linkProject(folder, name, project);
}

/** Links a project into `node_modules`, as `npm install` does. */
export function linkProject(folder: string, name: string, project: string): void {
  symlinkSync(path.join(folder, project), path.join(folder, 'node_modules', name));
}
