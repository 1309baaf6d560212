import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError, DiskError, ensureInside, errnoOf, writeFileAtomic } from '@sea-align/core';
import type { RunData } from '../metrics/outcomes.js';
import { exportPublished, type ExportPublishedOptions } from './export-published.js';
import { importPublished, type ImportPublishedOptions, type PublishedImport } from './import-published.js';

/**
 * Imports the output folder of the published scripts; see `importPublished`.
 *
 * @throws DatasetError as `importPublished`, and for a folder that is not there; DiskError where it cannot be read
 */
export async function readPublished(
  folder: string,
  options: ImportPublishedOptions = {},
): Promise<PublishedImport> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const files = await Promise.all(
      names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
    );
    return importPublished(files, options);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw DiskError.from(error, folder);
    throw new DatasetError('no such folder', {
      file: folder,
      hint: 'Give the output folder of the published evaluation scripts.',
      cause: error,
    });
  }
}

/**
 * Writes what `exportPublished` gives into a folder, which is made if missing. Files of those names are replaced.
 *
 * @throws as `exportPublished`, and DiskError
 */
export async function writePublished(
  folder: string,
  run: RunData,
  options: ExportPublishedOptions,
): Promise<string[]> {
  const files = exportPublished(run, options);
  const paths = files.map(({ name }) => ensureInside(folder, name));
  for (const [at, { text }] of files.entries()) await writeFileAtomic(paths[at], text);
  return paths;
}
