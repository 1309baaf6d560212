import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { errnoOf } from './errors/disk-error.js';
import { RunFolderError } from './errors/run-folder-error.js';
import { sha256 } from './sha256.js';

const plain = /^[a-z0-9_][a-z0-9._-]{0,99}$/;
const looksHashed = /-[0-9a-f]{12}$/;
// Names that Windows keeps for devices, with any extension.
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/;

/**
 * A file name for an id: one path segment that is safe on every system. Different ids get different names, also where
 * file names ignore case. Short ids of a-z, 0-9, '.', '_' and '-' stay as they are; others get a hash.
 */
export function safeFileName(id: string): string {
  const ok = plain.test(id) && !id.endsWith('.') && !reserved.test(id) && !looksHashed.test(id);
  if (ok) return id;
  const readable = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '_')
    .replace(/^-+/, '')
    .slice(0, 60);
  return `${readable === '' || reserved.test(readable) ? '_' : ''}${readable}-${sha256(id).slice(0, 12)}`;
}

/**
 * The absolute path of `segments` under `root`. Throws RunFolderError if it would lie outside, by `..`, an absolute
 * segment, or a symbolic link on the way.
 */
export function ensureInside(root: string, ...segments: string[]): string {
  const base = resolve(root);
  const path = resolve(base, ...segments);
  const named = segments.join('/');
  if (segments.some((segment) => segment.includes('\0') || isAbsolute(segment)) || !isWithin(base, path)) {
    throw outside(base, named);
  }
  if (!isWithin(realPath(base), realPath(path))) throw outside(base, named);
  return path;
}

function outside(base: string, named: string): RunFolderError {
  return new RunFolderError(`The path ${JSON.stringify(named)} would leave the folder ${base}.`, {
    code: 'SEA_PATH_OUTSIDE',
    hint: 'Use a relative path without "..", and no symbolic links that point outside.',
  });
}

function isWithin(base: string, path: string): boolean {
  const way = relative(base, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The path with links resolved, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const errno = errnoOf(error);
    if ((errno !== 'ENOENT' && errno !== 'ENOTDIR') || dirname(path) === path) throw error;
    return join(realPath(dirname(path)), basename(path));
  }
}
