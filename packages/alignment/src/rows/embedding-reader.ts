import { openSafetensors, type SafetensorsFile } from '@sea-align/compute';
import { DatasetError } from '@sea-align/core';

import type { AlignmentRow } from './alignment-row.js';

/**
 * Gives the encoder output of a row when a step needs it. Files are opened once and read by tensor, so a dataset of
 * any size costs the memory of one batch.
 */
export class EmbeddingReader {
  readonly #files = new Map<string, Promise<SafetensorsFile>>();
  readonly #length: number;

  /** `length` is tokens * width of the model's encoder output. */
  constructor(length: number) {
    this.#length = length;
  }

  /**
   * @returns E, flat, or undefined for a text row.
   * @throws DatasetError when the tensor is missing, of another length, or not finite.
   */
  async read(row: Pick<AlignmentRow, 'id' | 'embedding'>): Promise<Float32Array | undefined> {
    const { embedding } = row;
    if (embedding === undefined) return undefined;
    const data = embedding instanceof Float32Array ? embedding : await this.#fetch(row.id, embedding);
    if (data.length !== this.#length) {
      throw new DatasetError(
        `the embedding of row "${row.id}" has ${data.length} numbers; the model's encoder puts out ${this.#length}`,
        { field: 'embedding', hint: 'Embeddings belong to the model they were optimised on.' },
      );
    }
    if (!data.every(Number.isFinite)) {
      throw new DatasetError(`the embedding of row "${row.id}" holds NaN or infinity`, {
        field: 'embedding',
      });
    }
    return data;
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) await (await file).close();
  }

  async #fetch(id: string, { file, tensor }: { file: string; tensor: string }): Promise<Float32Array> {
    let opened = this.#files.get(file);
    if (opened === undefined) {
      opened = openSafetensors(file);
      this.#files.set(file, opened);
    }
    const source = await opened;
    if (!source.names().includes(tensor)) {
      throw new DatasetError(`row "${id}" wants the tensor "${tensor}", which is not in ${file}`, {
        field: 'embedding',
      });
    }
    return source.readFloat32(tensor);
  }
}
