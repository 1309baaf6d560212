import { open, rm, type FileHandle } from 'node:fs/promises';
import { DiskError } from '@sea-align/core';

/**
 * Tensors of one size behind one another in a raw file: where the embeddings of a shard wait until it is complete, as a
 * safetensors file cannot grow. Little-endian float32.
 */
export class TensorJournal {
  readonly path: string;
  readonly #values: number;
  #handle: FileHandle | undefined;

  /** @param values number of float32 values per tensor */
  constructor(path: string, values: number) {
    this.path = path;
    this.#values = values;
  }

  /** Whole tensors in the file; a half-written last one does not count. */
  async count(): Promise<number> {
    const { size } = await (await this.#open()).stat();
    return Math.floor(size / (4 * this.#values));
  }

  /** Writes tensor number `index` and makes sure that it is on the disk. */
  async write(index: number, tensor: Float32Array): Promise<void> {
    try {
      const handle = await this.#open();
      const bytes = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(
          bytes,
          done,
          bytes.length - done,
          index * bytes.length + done,
        );
        done += bytesWritten;
      }
      await handle.sync();
    } catch (error) {
      throw DiskError.from(error, this.path);
    }
  }

  async read(index: number): Promise<Float32Array> {
    const bytes = new Uint8Array(4 * this.#values);
    const { bytesRead } = await (await this.#open()).read(bytes, 0, bytes.length, index * bytes.length);
    if (bytesRead !== bytes.length) throw new RangeError(`${this.path} holds no tensor ${index}`);
    return new Float32Array(bytes.buffer);
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }

  async #open(): Promise<FileHandle> {
    // Both flags: positional writes are not allowed in append mode, and 'r+' alone does not create.
    this.#handle ??= await open(this.path, 'r+').catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return open(this.path, 'w+');
      throw DiskError.from(error, this.path);
    });
    return this.#handle;
  }
}
