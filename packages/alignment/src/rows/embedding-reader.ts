import { openSafetensors, type SafetensorsFile } from '@sea-align/compute';
import { ConfigError, DatasetError } from '@sea-align/core';
import type { Embedding, MediumGeometry, MultimodalModel } from '@sea-align/mllm';

import { inMemory, type AlignmentRow } from './alignment-row.js';

/**
 * The geometry of a row's medium in the model, undefined for a text row.
 * @throws DatasetError where the model has none of the name
 */
export function geometryOf(
  model: Pick<MultimodalModel, 'geometry' | 'geometryOf'>,
  { id, embedding }: Pick<AlignmentRow, 'id' | 'embedding'>,
): MediumGeometry | undefined {
  if (embedding === undefined) return undefined;
  const key = inMemory(embedding) ? embedding.geometry.key : embedding.geometry;
  if (key === undefined) return model.geometry;
  try {
    return model.geometryOf(key);
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    throw new DatasetError(`the embedding of row "${id}" does not fit the model: ${error.message}`, {
      field: 'embedding',
      hint: 'Embeddings belong to the model they were optimised on.',
    });
  }
}

/**
 * Gives the encoder output of a row when a step needs it. Files are opened once and read by tensor, so a dataset of
 * any size costs the memory of one batch.
 */
export class EmbeddingReader {
  readonly #files = new Map<string, Promise<SafetensorsFile>>();
  readonly #model: Pick<MultimodalModel, 'geometry' | 'geometryOf'>;

  /** `model` knows the geometries that rows name. */
  constructor(model: Pick<MultimodalModel, 'geometry' | 'geometryOf'>) {
    this.#model = model;
  }

  /**
   * @returns E, or undefined for a text row.
   * @throws DatasetError when the tensor is missing, of another length, or not finite.
   */
  async read(row: Pick<AlignmentRow, 'id' | 'embedding'>): Promise<Embedding | undefined> {
    const { embedding } = row;
    const geometry = geometryOf(this.#model, row);
    if (embedding === undefined || geometry === undefined) return undefined;
    const values = inMemory(embedding) ? embedding.values : await this.#fetch(row.id, embedding);
    const length = geometry.rows * geometry.width;
    if (values.length !== length) {
      throw new DatasetError(
        `the embedding of row "${row.id}" has ${values.length} numbers; the model's encoder puts out ${length}`,
        { field: 'embedding', hint: 'Embeddings belong to the model they were optimised on.' },
      );
    }
    if (!values.every(Number.isFinite)) {
      throw new DatasetError(`the embedding of row "${row.id}" holds NaN or infinity`, {
        field: 'embedding',
      });
    }
    return { values, geometry };
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
