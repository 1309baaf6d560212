import { canonicalJson, sha256, sha256File } from '@sea-align/core';

import type { AlignmentRow } from './alignment-row.js';

/**
 * SHA-256 over all that rows say, embeddings included: those in files by the file's content and the tensor's name, so that
 * a moved folder is the same and an overwritten one is not. Order counts.
 */
export async function hashRows(rows: readonly AlignmentRow[]): Promise<string> {
  const files = new Map<string, string>();
  for (const { embedding } of rows) {
    if (embedding === undefined || embedding instanceof Float32Array || files.has(embedding.file)) continue;
    files.set(embedding.file, await sha256File(embedding.file));
  }
  return sha256(
    canonicalJson(
      rows.map(({ embedding, ...rest }) => {
        if (embedding === undefined) return rest;
        if (!(embedding instanceof Float32Array)) {
          return { ...rest, embedding: { file: files.get(embedding.file), tensor: embedding.tensor } };
        }
        return {
          ...rest,
          embedding: sha256(new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength)),
        };
      }),
    ),
  );
}
