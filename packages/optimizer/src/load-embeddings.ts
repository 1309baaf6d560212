import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors } from '@sea-align/compute';
import {
  CheckpointError,
  ensureInside,
  embeddingRecordSchema,
  readJsonl,
  RunFolderError,
  type EmbeddingRecord,
} from '@sea-align/core';
import { digestKey, recordsFile, tensorDigest } from './embedding-store.js';
import { summaryFile } from './summary.js';

export interface LoadedEmbedding {
  record: EmbeddingRecord;
  /** E, [rows * width]; `record.geometry` says how it lies in a sequence. */
  embedding: Float32Array;
}

export interface LoadOptions {
  /** `verified` (default): those that verification kept. `all`: every one but the diverged. */
  include?: 'verified' | 'all';
}

/**
 * Records of a finished folder, sorted by id: the order in which embeddings were finished depends on the batch size, and
 * what is trained on them must not.
 *
 * @throws RunFolderError if optimisation has not finished there
 */
export async function readEmbeddingRecords(
  folder: string,
  options: LoadOptions = {},
): Promise<EmbeddingRecord[]> {
  if (!existsSync(join(folder, summaryFile))) {
    throw new RunFolderError(`${folder} holds no finished embeddings (no ${summaryFile}).`, {
      hint: 'Run `sea optimize` with this output folder, with --resume if it was interrupted.',
    });
  }
  const records: EmbeddingRecord[] = [];
  for await (const { value } of readJsonl(join(folder, recordsFile), embeddingRecordSchema)) {
    if (value.stopped === 'diverged') continue;
    if (options.include === 'all' || value.verified) records.push(value);
  }
  return records.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * Streams the embeddings of a finished folder, one tensor in memory at a time, in the order of `readEmbeddingRecords`.
 *
 * @throws CheckpointError on a tensor that is missing, misshapen or does not have the SHA-256 it was written with
 */
export async function* loadEmbeddings(
  folder: string,
  options: LoadOptions = {},
): AsyncGenerator<LoadedEmbedding> {
  const records = await readEmbeddingRecords(folder, options);
  const shards = new Map<string, Awaited<ReturnType<typeof openSafetensors>>>();
  try {
    for (const record of records) {
      const path = ensureInside(folder, record.file);
      const shard = shards.get(path) ?? (await openSafetensors(path));
      shards.set(path, shard);
      const { shape, dtype } = shard.info(record.tensor);
      if (dtype !== 'F32' || shape.join() !== record.shape.join()) {
        throw faulty(
          path,
          record,
          `is ${dtype} [${shape.join(', ')}], its record says F32 [${record.shape.join(', ')}]`,
        );
      }
      const embedding = shard.readFloat32(record.tensor);
      if (shard.metadata[digestKey(record.tensor)] !== tensorDigest(embedding)) {
        throw faulty(path, record, 'does not have the SHA-256 it was written with');
      }
      yield { record, embedding };
    }
  } finally {
    for (const shard of shards.values()) shard.close();
  }
}

function faulty(path: string, record: EmbeddingRecord, problem: string): CheckpointError {
  return new CheckpointError(`${path}: embedding "${record.tensor}" ${problem}.`, {
    hint: 'The file was damaged or changed: optimise again with --force.',
    details: { file: path, tensor: record.tensor },
  });
}
