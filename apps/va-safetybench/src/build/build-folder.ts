import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DiskError, ensureInside, safeFileName, writeFileAtomic } from '@sea-align/core';

/**
 * The folder that a benchmark is built in. Everything is made in `work/tmp` and moved into its place when it is whole, so
 * that a killed run leaves nothing half-written behind that a later run would not clear away. Shards have a `tmp` each.
 */
export class BuildFolder {
  readonly root: string;
  readonly #staging: string;
  #staged = 0;

  constructor(root: string, shard?: string) {
    this.root = root;
    this.#staging = ensureInside(root, 'work', 'tmp', shard === undefined ? 'all' : safeFileName(shard));
  }

  /** Absolute path of something in the folder. Throws RunFolderError if it would lie outside. */
  path(...segments: string[]): string {
    return ensureInside(this.root, ...segments);
  }

  /** Clears away what a killed run of the same shard left half-done. */
  async prepare(): Promise<void> {
    await this.clearStaging();
    await this.#orDiskError(() => mkdir(this.#staging, { recursive: true }));
  }

  async clearStaging(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true });
    // Of the last shard to end, the folder around them.
    const others = await readdir(dirname(this.#staging)).catch(() => ['?']);
    if (others.length === 0) await rm(dirname(this.#staging), { recursive: true, force: true });
  }

  /** A path for a file that is being made; `place` moves it. */
  stagingPath(extension: string): string {
    this.#staged += 1;
    return join(this.#staging, `${this.#staged}.${extension}`);
  }

  /** Moves a finished file to `path`, relative to the folder. Throws DiskError. */
  async place(staged: string, path: string): Promise<void> {
    const target = this.path(path);
    await this.#orDiskError(async () => {
      await mkdir(dirname(target), { recursive: true });
      await rename(staged, target);
    });
  }

  /** Writes a text to `path`, whole or not at all. Throws DiskError. */
  async write(path: string, text: string): Promise<void> {
    const staged = this.stagingPath('txt');
    await writeFileAtomic(staged, text);
    await this.place(staged, path);
  }

  async #orDiskError(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw DiskError.from(error, this.root);
    }
  }
}
