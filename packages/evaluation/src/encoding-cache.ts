import { SeaError } from '@sea-align/core';
import type { Embedding, MediaSource, MultimodalModel, PreparedMedium } from '@sea-align/mllm';
import type { EvaluationCase } from './evaluation-case.js';

/** Encoder inputs that are held at once; those of one long video take over 200 MiB. */
const gatheredBytes = 256 * 2 ** 20;

/**
 * Encoder outputs of the media of a run, by medium id. The modality encoder is frozen in every arm, so one cache serves
 * all arms of an experiment; it must not be shared between different base models.
 */
export class EncodingCache {
  readonly #encodings = new Map<string, Embedding>();

  /**
   * Encodes what is missing for `cases` (render → preprocess → M) and keeps it. Media are read one after the other, because a
   * large picture takes a gigabyte until it has been scaled down, and encoded together.
   * @throws MediaError of the first medium that cannot be read, after the others have been encoded
   */
  async fill(
    model: Pick<MultimodalModel, 'preprocess' | 'encode'>,
    cases: readonly EvaluationCase[],
    batchSize = 32,
  ): Promise<void> {
    const missing = new Map<string, MediaSource>();
    for (const { medium } of cases)
      if (medium && !this.#encodings.has(medium.id)) missing.set(medium.id, medium.data);
    const gathered = new Map<string, PreparedMedium>();
    let bytes = 0;
    let unreadable: SeaError | undefined;
    const encode = async (): Promise<void> => {
      const encoded = await model.encode([...gathered.values()]);
      [...gathered.keys()].forEach((id, at) => this.#encodings.set(id, encoded[at]));
      gathered.clear();
      bytes = 0;
    };
    for (const [id, source] of missing) {
      try {
        const medium = await model.preprocess(source);
        gathered.set(id, medium);
        for (const { data } of Object.values(medium.features)) bytes += data.byteLength;
      } catch (error) {
        if (!SeaError.isInstance(error)) throw error;
        unreadable ??= error;
      }
      if (gathered.size >= batchSize || bytes >= gatheredBytes) await encode();
    }
    if (gathered.size > 0) await encode();
    if (unreadable) throw unreadable;
  }

  /** Encoder output of a medium that `fill` has seen. */
  get(mediumId: string): Embedding {
    const encoding = this.#encodings.get(mediumId);
    if (!encoding)
      throw new RangeError(`medium ${mediumId} has not been encoded; call fill() with its case first`);
    return encoding;
  }

  get size(): number {
    return this.#encodings.size;
  }
}
