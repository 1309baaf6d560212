import { linkSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A temporary folder in which a model can lie next to its weight files. ONNX Runtime maps external data only from the
 * model's own folder and follows no symbolic link out of it, so the files are hard-linked: no copy, no second cache entry.
 */
export class MappedFiles {
  #folder: string | undefined;
  readonly #links = new Map<string, string | undefined>();

  /** The folder, once a file was linked into it. */
  get folder(): string | undefined {
    return this.#folder;
  }

  /** Links a file; its name in the folder, or undefined if no folder on the file's own disk can be written. */
  link(path: string): string | undefined {
    if (this.#links.has(path)) return this.#links.get(path);
    const name = this.#tryLink(path);
    this.#links.set(path, name);
    return name;
  }

  /** Deletes the folder. The maps stay valid, except on Windows, where open files cannot be deleted: call again later. */
  remove(): void {
    if (this.#folder === undefined) return;
    try {
      rmSync(this.#folder, { recursive: true, force: true });
      this.#folder = undefined;
    } catch {
      // Still mapped on Windows; the session calls again when it is released.
    }
  }

  #tryLink(path: string): string | undefined {
    const name = `weights-${this.#links.size}`;
    // Hugging Face caches hold links; a link to a link would not be mapped.
    const file = realPath(path);
    if (file === undefined) return undefined;
    for (const parent of this.#folder === undefined ? [tmpdir(), dirname(file)] : [undefined]) {
      let folder = this.#folder;
      try {
        folder ??= mkdtempSync(join(parent!, '.sea-map-'));
        linkSync(file, join(folder, name));
        this.#folder = folder;
        return name;
      } catch {
        // Another disk, or no right to write there: the next place, else the caller's other way.
        if (folder !== undefined && folder !== this.#folder) rmSync(folder, { recursive: true, force: true });
      }
    }
    return undefined;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
