import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '@sea-align/compute';
import {
  embeddingRecordSchema,
  JsonlLog,
  RunFolderError,
  sha256,
  writeJsonl,
  type EmbeddingRecord,
} from '@sea-align/core';
import { TensorJournal } from './tensor-journal.js';

export const recordsFile = 'embeddings.jsonl';

/** Key of a tensor's SHA-256 (hex, over its bytes) in a shard's metadata. */
export const digestKey = (tensor: string) => `sha256:${tensor}`;

/** A record as optimisation makes it; the store adds where its tensor lies. */
export type NewEmbeddingRecord = Omit<EmbeddingRecord, 'tensor' | 'file' | 'shape' | 'dtype'>;

export interface StoreLayout {
  /** Shape of every embedding. */
  shape: readonly [rows: number, width: number];
  perShard: number;
  /** Text entries for every shard's header. */
  metadata: Record<string, string>;
}

/**
 * Embeddings on disk: `embeddings.jsonl`, one record a line, and shards `embeddings-00000.safetensors` of F32 tensors.
 *
 * Record number i lies in shard floor(i / perShard). A tensor goes to the shard's journal before its record goes to the
 * log, both synced, so a record that can be read has its tensor on the disk, whenever the process was killed; whatever
 * lies behind the last record is overwritten. A full journal becomes a safetensors file in one atomic step.
 */
export class EmbeddingStore {
  readonly #folder: string;
  readonly #layout: StoreLayout;
  readonly #log: JsonlLog<EmbeddingRecord>;
  #journal: TensorJournal | undefined;

  private constructor(folder: string, layout: StoreLayout, log: JsonlLog<EmbeddingRecord>) {
    this.#folder = folder;
    this.#layout = layout;
    this.#log = log;
  }

  /**
   * Opens a new or an interrupted store.
   * @throws RunFolderError if a shard that the log speaks of is not there or does not hold its tensors
   */
  static async open(folder: string, layout: StoreLayout): Promise<EmbeddingStore> {
    const path = join(folder, recordsFile);
    const log = await JsonlLog.open(path, embeddingRecordSchema);
    const store = new EmbeddingStore(folder, layout, log);
    let sealed: number;
    try {
      sealed = await store.#recoverShards();
    } catch (error) {
      await store.close();
      throw error;
    }
    if (sealed === log.entries.length) return store;
    // Records whose tensors did not reach the disk (a file system that does not keep order): make those again.
    const kept = log.entries.slice(0, sealed);
    await store.close();
    await writeJsonl(path, kept);
    return new EmbeddingStore(folder, layout, await JsonlLog.open(path, embeddingRecordSchema));
  }

  /** Records so far, in the order in which they were finished. */
  get records(): readonly EmbeddingRecord[] {
    return this.#log.entries;
  }

  /** Stores an embedding; once this returns, it survives a kill. */
  async add(record: NewEmbeddingRecord, embedding: Float32Array): Promise<EmbeddingRecord> {
    const { shape, perShard } = this.#layout;
    const number = this.#log.entries.length;
    const shard = Math.floor(number / perShard);
    this.#journal ??= await this.#continueShard(shard);
    await this.#journal.write(number % perShard, embedding);
    const full: EmbeddingRecord = {
      ...record,
      tensor: record.id,
      file: shardFile(shard),
      shape: [...shape],
      dtype: 'F32',
    };
    await this.#log.append(full);
    if ((number + 1) % perShard === 0) await this.#sealShard(shard);
    return full;
  }

  /** Turns the last, partly filled journal into a shard: the run is complete. */
  async seal(): Promise<void> {
    const { length } = this.#log.entries;
    const shard = Math.floor(length / this.#layout.perShard);
    if (length % this.#layout.perShard === 0 || existsSync(join(this.#folder, shardFile(shard)))) return;
    await this.#sealShard(shard);
  }

  async close(): Promise<void> {
    await this.#journal?.close();
    this.#journal = undefined;
    await this.#log.close();
  }

  /** Checks the shards that the log speaks of and finishes a full journal. Returns how many records have their tensors. */
  async #recoverShards(): Promise<number> {
    const { perShard } = this.#layout;
    const total = this.#log.entries.length;
    for (let shard = 0; shard * perShard < total; shard++) {
      const records = this.#recordsOf(shard);
      const journal = this.#openJournal(shard);
      if (existsSync(join(this.#folder, shardFile(shard)))) {
        await this.#recoverShard(shard, records, journal);
        continue;
      }
      if (!existsSync(journal.path)) throw damaged(join(this.#folder, shardFile(shard)), 'is missing');
      const whole = await journal.count();
      await journal.close();
      if (whole < records.length) return shard * perShard + whole;
      if (records.length === perShard) await this.#sealShard(shard);
    }
    return total;
  }

  /** Checks a shard against its records; it holds all of them, so that what is left of a journal can go. */
  async #recoverShard(
    shard: number,
    records: readonly EmbeddingRecord[],
    journal: TensorJournal,
  ): Promise<void> {
    const path = join(this.#folder, shardFile(shard));
    const file = await openSafetensors(path);
    try {
      const lost = records.find((record) => !file.has(record.tensor));
      if (lost) throw damaged(path, `does not hold the embedding "${lost.tensor}"`);
    } finally {
      file.close();
    }
    await journal.remove();
  }

  /**
   * The journal to which a shard's next tensor goes. A shard that was closed before it was full becomes a journal again,
   * and only now: a store that is opened with nothing left to add stays whole.
   */
  async #continueShard(shard: number): Promise<TensorJournal> {
    const journal = this.#openJournal(shard);
    const path = join(this.#folder, shardFile(shard));
    if (!existsSync(path)) return journal;
    const file = await openSafetensors(path);
    try {
      for (const [index, record] of this.#recordsOf(shard).entries())
        await journal.write(index, file.readFloat32(record.tensor));
    } finally {
      file.close();
    }
    await rm(path);
    return journal;
  }

  async #sealShard(shard: number): Promise<void> {
    const journal = this.#journal ?? this.#openJournal(shard);
    const records = this.#recordsOf(shard);
    const metadata: Record<string, string> = { ...this.#layout.metadata };
    for (const [index, record] of records.entries()) {
      const tensor = await journal.read(index);
      metadata[digestKey(record.tensor)] = tensorDigest(tensor);
    }
    const tensors = records.map(
      (record, index) =>
        [
          record.tensor,
          { dtype: 'F32', shape: this.#layout.shape, data: () => journal.read(index) },
        ] as const,
    );
    await writeSafetensors(join(this.#folder, shardFile(shard)), tensors, metadata);
    await journal.remove();
    this.#journal = undefined;
  }

  #recordsOf(shard: number): EmbeddingRecord[] {
    const { perShard } = this.#layout;
    return this.#log.entries.slice(shard * perShard, (shard + 1) * perShard);
  }

  #openJournal(shard: number): TensorJournal {
    const path = join(this.#folder, shardFile(shard).replace(/\.safetensors$/, '.partial'));
    return new TensorJournal(path, this.#layout.shape[0] * this.#layout.shape[1]);
  }
}

export function shardFile(shard: number): string {
  return `embeddings-${String(shard).padStart(5, '0')}.safetensors`;
}

/** SHA-256 (hex) over the bytes of a tensor. */
export function tensorDigest(tensor: Float32Array): string {
  return sha256(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength));
}

function damaged(path: string, problem: string): RunFolderError {
  return new RunFolderError(`${path} ${problem}, although embeddings.jsonl speaks of it.`, {
    hint: 'Restore the file, or start the stage again with --force.',
  });
}
