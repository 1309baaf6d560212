import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  DatasetError,
  preparedSampleSchema,
  readJsonl,
  rejectedRowSchema,
  sha256File,
  writeJsonl,
  type PreparedSample,
  type RejectedRow,
} from '@sea-align/core';

export interface OutputFiles {
  prepared: string;
  rejected: string;
  log: string;
}

/** The files of a run in `out`; those of a shard carry `i-of-n` in their names, so that shards can share a folder. */
export function outputFiles(out: string, shard?: string): OutputFiles {
  const part = shard === undefined ? '' : `.${shard.replace('/', '-of-')}`;
  return {
    prepared: join(out, `prepared${part}.jsonl`),
    rejected: join(out, `rejected${part}.jsonl`),
    log: join(out, `prepare-log${part}.jsonl`),
  };
}

export const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Writes a JSONL file unless it has these lines already, so that a run with nothing to do leaves its files alone. */
export async function writeIfChanged(path: string, values: readonly unknown[]): Promise<void> {
  const hash = createHash('sha256');
  for (const value of values) hash.update(`${JSON.stringify(value)}\n`);
  if ((await exists(path)) && (await sha256File(path)) === hash.digest('hex')) return;
  await writeJsonl(path, values);
}

/** The settings that a shard's log begins with, as text; undefined if there is no readable log. */
async function settingsOf(log: string): Promise<string | undefined> {
  try {
    for await (const { value } of readJsonl(log, z.unknown())) return JSON.stringify(value);
  } catch (error) {
    if (!DatasetError.isInstance(error)) throw error;
  }
  return undefined;
}

/**
 * Where the outputs of all shards are in `out`, joins them to `prepared.jsonl` and `rejected.jsonl`, in the order of the
 * dataset. Two shards that end at once write the same.
 *
 * @returns the joined files, or undefined while shards are missing or were made with other settings.
 */
export async function joinShards(
  out: string,
  shard: string,
): Promise<{ prepared: string; rejected: string } | undefined> {
  const count = Number(shard.split('/')[1]);
  const shards = Array.from({ length: count }, (_, index) => outputFiles(out, `${index + 1}/${count}`));
  for (const files of shards) {
    if (!(await exists(files.prepared)) || !(await exists(files.rejected))) return undefined;
    if ((await settingsOf(files.log)) !== (await settingsOf(shards[0].log))) return undefined;
  }
  const samples: PreparedSample[] = [];
  const rows: RejectedRow[] = [];
  for (const files of shards) {
    for await (const { value } of readJsonl(files.prepared, preparedSampleSchema)) samples.push(value);
    for await (const { value } of readJsonl(files.rejected, rejectedRowSchema)) rows.push(value);
  }
  const joined = outputFiles(out);
  await writeIfChanged(
    joined.prepared,
    samples.sort((a, b) => (a.source.line ?? 0) - (b.source.line ?? 0)),
  );
  await writeIfChanged(
    joined.rejected,
    rows.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  );
  return { prepared: joined.prepared, rejected: joined.rejected };
}
