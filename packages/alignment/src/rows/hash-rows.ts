import { canonicalJson, sha256 } from '@sea-align/core';

import type { AlignmentRow } from './alignment-row.js';

/** SHA-256 over all that rows say, embeddings in memory included; files by name only. Order counts. */
export function hashRows(rows: readonly AlignmentRow[]): string {
  return sha256(
    canonicalJson(
      rows.map(({ embedding, ...rest }) => {
        if (!(embedding instanceof Float32Array)) return { ...rest, embedding };
        return {
          ...rest,
          embedding: sha256(new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength)),
        };
      }),
    ),
  );
}
