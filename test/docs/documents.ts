import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';

/** Folders that hold no documentation of this project: installed, built, written by runs, or data of tests. */
const passedOver = new Set([
  'node_modules',
  'dist',
  'runs',
  'checkpoints',
  'fixtures',
  'src',
  'sample',
  'coverage',
]);

/** A Markdown file; `name` is relative to the root of the workspace, with forward slashes. */
export interface MarkdownFile {
  readonly name: string;
  readonly text: string;
}

/** Every Markdown file of the repository. */
export function documents(folder = ''): MarkdownFile[] {
  const entries = readdirSync(path.join(workspaceRoot, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return entry.name.startsWith('.') || passedOver.has(entry.name) ? [] : documents(name);
    }
    if (!entry.name.endsWith('.md') || entry.name === 'CHANGELOG.md') return [];
    return [{ name, text: readFileSync(path.join(workspaceRoot, name), 'utf8') }];
  });
}
