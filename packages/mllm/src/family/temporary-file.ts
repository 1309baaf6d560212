import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaError } from '@sea-align/core';

/**
 * Gives the path of a file with these bytes to `use`: ffmpeg seeks in its input, which a pipe cannot. The file is removed
 * afterwards; faults speak of the bytes and not of it.
 * @param kind what the bytes should be: `video`, `sound`
 */
export async function withTemporaryFile<T>(
  bytes: Uint8Array,
  kind: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sea-medium-'));
  const path = join(folder, kind);
  try {
    await writeFile(path, bytes);
    return await use(path);
  } catch (error) {
    if (!MediaError.isInstance(error)) throw error;
    const { code, hint, details } = error;
    const message = error.message
      .replaceAll(`file:${path}: `, '')
      .replaceAll(JSON.stringify(path), `the ${kind} of ${bytes.length} bytes`);
    throw new MediaError(message, { code, hint, details, cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
