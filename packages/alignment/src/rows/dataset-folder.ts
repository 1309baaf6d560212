import { mkdir } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';

import { writeSafetensors } from '@sea-align/compute';
import { readJsonl, writeJsonl } from '@sea-align/core';

import { type AlignmentRow, inMemory, type StoredRow, storedRowSchema } from './alignment-row.js';

const rowsFile = 'rows.jsonl';
const tensorsFile = 'embeddings.safetensors';

/**
 * Writes D_M as a folder: `rows.jsonl`, and `embeddings.safetensors` for embeddings that were in memory (F32, one
 * tensor [length] a row, named by the row's id). Embeddings that are references keep pointing at their file.
 */
export async function writeAlignmentRows(folder: string, rows: readonly AlignmentRow[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tensors = new Map<string, { dtype: 'F32'; shape: number[]; data: Float32Array }>();
  const stored = rows.map((row): StoredRow => {
    const { embedding, ...rest } = row;
    if (embedding === undefined) return rest;
    if (inMemory(embedding)) {
      const { values, geometry } = embedding;
      tensors.set(row.id, { dtype: 'F32', shape: [values.length], data: values });
      return { ...rest, embedding: { file: tensorsFile, tensor: row.id, geometry: geometry.key } };
    }
    return { ...rest, embedding: { ...embedding, file: relative(folder, resolve(embedding.file)) } };
  });
  if (tensors.size > 0) await writeSafetensors(join(folder, tensorsFile), tensors);
  await writeJsonl(join(folder, rowsFile), stored);
}

/**
 * Reads what writeAlignmentRows wrote; embeddings come back as references.
 *
 * @throws DatasetError with file, line and field.
 */
export async function readAlignmentRows(folder: string): Promise<AlignmentRow[]> {
  const rows: AlignmentRow[] = [];
  for await (const { value } of readJsonl(join(folder, rowsFile), storedRowSchema)) {
    const { embedding, ...rest } = value;
    if (embedding === undefined) rows.push(rest);
    else {
      const file = isAbsolute(embedding.file) ? embedding.file : resolve(folder, embedding.file);
      rows.push({ ...rest, embedding: { ...embedding, file } });
    }
  }
  return rows;
}
