import type { Embedding, MediaSource, MultimodalModel } from '@sea-align/mllm';
import type { EvaluationCase } from './evaluation-case.js';

/**
 * Encoder outputs of the media of a run, by medium id. The modality encoder is frozen in every arm, so one cache serves
 * all arms of an experiment; it must not be shared between different base models.
 */
export class EncodingCache {
  readonly #encodings = new Map<string, Embedding>();

  /**
   * Encodes what is missing for `cases` (render → preprocess → M) and keeps it.
   * A medium that cannot be read throws the preprocessor's MediaError for the first such medium.
   */
  async fill(
    model: Pick<MultimodalModel, 'preprocess' | 'encode'>,
    cases: readonly EvaluationCase[],
    batchSize = 32,
  ): Promise<void> {
    const missing = new Map<string, MediaSource>();
    for (const { medium } of cases)
      if (medium && !this.#encodings.has(medium.id)) missing.set(medium.id, medium.data);
    const ids = [...missing.keys()];
    for (let start = 0; start < ids.length; start += batchSize) {
      const batch = ids.slice(start, start + batchSize);
      const media = await Promise.all(batch.map((id) => model.preprocess(missing.get(id)!)));
      const encoded = await model.encode(media);
      batch.forEach((id, i) => this.#encodings.set(id, encoded[i]));
    }
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
