import { SeaError } from '@sea-align/core';
import type { Embedding, MultimodalModel } from '@sea-align/mllm';
import type { RequestMedium } from './target.js';

/** An encoder output, or why there is none. */
export type StoredEmbedding = { readonly embedding: Embedding } | { readonly error: SeaError };

/**
 * Encoder outputs by medium id, the most recently used ones. Cases about one medium mostly follow each other, and the encoder
 * output of a real model's video takes tens of megabytes.
 */
export class EmbeddingStore {
  /** In the order of their last use. */
  readonly #kept = new Map<string, Embedding>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Reads and encodes what is not kept. A medium that cannot be read is an error of its own; the others are not concerned. */
  async get(
    model: Pick<MultimodalModel, 'preprocess' | 'encode'>,
    media: readonly RequestMedium[],
    signal?: AbortSignal,
  ): Promise<Map<string, StoredEmbedding>> {
    const found = new Map<string, StoredEmbedding>();
    const prepared: { id: string; medium: Awaited<ReturnType<MultimodalModel['preprocess']>> }[] = [];
    for (const { id, path } of media) {
      if (found.has(id) || prepared.some((other) => other.id === id)) continue;
      const kept = this.#kept.get(id);
      if (kept !== undefined) {
        found.set(id, { embedding: kept });
        continue;
      }
      signal?.throwIfAborted();
      try {
        prepared.push({ id, medium: await model.preprocess(path, { signal }) });
      } catch (error) {
        found.set(id, { error: seaError(error) });
      }
    }
    const encode = async (batch: typeof prepared): Promise<void> => {
      if (batch.length === 0) return;
      try {
        const embeddings = await model.encode(batch.map(({ medium }) => medium));
        batch.forEach(({ id }, at) => found.set(id, { embedding: embeddings[at] }));
      } catch (error) {
        const fault = seaError(error);
        if (batch.length === 1) found.set(batch[0].id, { error: fault });
        else for (const single of batch) await encode([single]);
      }
    };
    await encode(prepared);
    for (const [id, stored] of found) if ('embedding' in stored) this.#keep(id, stored.embedding);
    return found;
  }

  #keep(id: string, embedding: Embedding): void {
    if (!this.#kept.delete(id)) this.#bytes += embedding.values.byteLength;
    this.#kept.set(id, embedding);
    for (const [oldest, { values }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= values.byteLength;
    }
  }
}

/** Anything else is a fault of the program and goes on its way. */
function seaError(error: unknown): SeaError {
  if (SeaError.isInstance(error)) return error;
  throw error;
}
