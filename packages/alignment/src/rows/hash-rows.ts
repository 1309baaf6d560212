import { canonicalJson, sha256, sha256File } from '@sea-align/core';

import { inMemory, type AlignmentRow } from './alignment-row.js';

/**
 * SHA-256 over all that rows say, embeddings included: those in files by the file's content and the tensor's name, so that
 * a moved folder is the same and an overwritten one is not. Order counts.
 */
export async function hashRows(rows: readonly AlignmentRow[]): Promise<string> {
  const files = new Map<string, string>();
  for (const { embedding } of rows) {
    if (embedding === undefined || inMemory(embedding) || files.has(embedding.file)) continue;
    files.set(embedding.file, await sha256File(embedding.file));
  }
  return sha256(
    canonicalJson(
      rows.map(({ embedding, ...rest }) => {
        if (embedding === undefined) return rest;
        if (!inMemory(embedding)) {
          return { ...rest, embedding: { ...embedding, file: files.get(embedding.file) } };
        }
        const { buffer, byteOffset, byteLength } = embedding.values;
        const digest = sha256(new Uint8Array(buffer, byteOffset, byteLength));
        return { ...rest, embedding: { values: digest, geometry: embedding.geometry.key } };
      }),
    ),
  );
}
