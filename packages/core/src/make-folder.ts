import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { DiskError, errnoOf } from './errors/disk-error.js';

/**
 * Makes a folder and those above it, where they are missing. Unlike `mkdir` with `recursive`, ends also on a file system
 * that answers ENOENT below a folder that is there (`/proc`), where Node.js 20 tries for ever. Throws what `mkdir` throws,
 * EEXIST for a file in the place of the folder; DiskError where no folder can be made at all.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await made(path)) return;
  const above = dirname(path);
  if (above !== path) {
    await makeFolder(above);
    if (await made(path)) return;
  }
  throw new DiskError(`Cannot write ${path}: its file system does not let folders be made (ENOENT).`, {
    path,
    errno: 'ENOENT',
    hint: 'Choose another output folder.',
  });
}

/** Whether the folder is there now; false where the one above it is missing. */
async function made(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) return true;
    throw error;
  }
}
