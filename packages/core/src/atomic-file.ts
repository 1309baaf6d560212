import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { DiskError, errnoOf } from './errors/disk-error.js';
import { makeFolder } from './make-folder.js';

const temporaryName = /^\.sea-\d+-[0-9a-f]{12}\.tmp$/;

/** Whether a file name is that of an unfinished atomic write, left behind when the process was killed. */
export function isTemporaryName(name: string): boolean {
  return temporaryName.test(name);
}

/**
 * A file that appears under its name complete or not at all: written beside it under a temporary name, synced to
 * disk, then renamed. Every method throws DiskError when the disk is full or does not let us write; the temporary
 * file is then removed and a file that was there before stays as it was.
 */
export class AtomicFile {
  readonly path: string;
  readonly #temporary: string;
  #handle: FileHandle | undefined;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** Begins to write `path`; its folder is made if missing. End with `commit` or `discard`. */
  static async open(path: string): Promise<AtomicFile> {
    const full = resolve(path);
    const temporary = join(dirname(full), `.sea-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
    try {
      await makeFolder(dirname(full));
      return new AtomicFile(full, temporary, await open(temporary, 'wx'));
    } catch (error) {
      throw DiskError.from(error, full);
    }
  }

  /** Appends. Calls must not overlap. */
  async write(data: string | Uint8Array): Promise<void> {
    await this.#orDiscard(async (handle) => {
      await writeAll(handle, typeof data === 'string' ? Buffer.from(data) : data);
    });
  }

  /** Syncs and puts the file in its place. */
  async commit(): Promise<void> {
    await this.#orDiscard(async (handle) => {
      await handle.sync();
      this.#handle = undefined;
      await handle.close();
      await rename(this.#temporary, this.path);
      await syncFolder(dirname(this.path));
    });
  }

  /** Gives up: removes what was written. Does nothing after `commit`. */
  async discard(): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#handle = undefined;
    await handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true }).catch(() => undefined);
  }

  async #orDiscard(work: (handle: FileHandle) => Promise<void>): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) throw new Error(`${this.path} was already committed or discarded`);
    try {
      await work(handle);
    } catch (error) {
      this.#handle = handle;
      await this.discard();
      throw DiskError.from(error, this.path);
    }
  }
}

/** Writes a whole file atomically (see AtomicFile). */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const file = await AtomicFile.open(path);
  await file.write(data);
  await file.commit();
}

/** `FileHandle.write` may write less than asked. */
export async function writeAll(handle: FileHandle, data: Uint8Array, position?: number): Promise<void> {
  for (let at = 0; at < data.byteLength;) {
    const length = data.byteLength - at;
    const place = position === undefined ? null : position + at;
    const { bytesWritten } = await handle.write(data, at, length, place);
    at += bytesWritten;
  }
}

/** A rename survives a power cut only once its folder is synced; not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'].includes(errno)) throw error;
  }
}
