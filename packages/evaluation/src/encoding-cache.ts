import type { MultimodalModel } from '@sea-align/mllm';
import type { EvaluationCase } from './evaluation-case.js';

/**
 * Encoder outputs of the images of a run, by image id. The modality encoder is frozen in every arm, so one cache serves
 * all arms of an experiment; it must not be shared between different base models.
 */
export class EncodingCache {
  readonly #encodings = new Map<string, Float32Array>();

  /**
   * Encodes what is missing for `cases` (render → preprocess → M) and keeps it.
   * An image that cannot be read throws the preprocessor's MediaError for the first such image.
   */
  async fill(
    model: Pick<MultimodalModel, 'preprocess' | 'encode'>,
    cases: readonly EvaluationCase[],
    batchSize = 32,
  ): Promise<void> {
    const missing = new Map<string, Uint8Array | string>();
    for (const { image } of cases)
      if (image && !this.#encodings.has(image.id)) missing.set(image.id, image.data);
    const ids = [...missing.keys()];
    for (let start = 0; start < ids.length; start += batchSize) {
      const batch = ids.slice(start, start + batchSize);
      const pixels = await Promise.all(batch.map((id) => model.preprocess(missing.get(id)!)));
      const encoded = await model.encode(pixels);
      batch.forEach((id, i) => this.#encodings.set(id, encoded[i]));
    }
  }

  /** Encoder output [tokens * width] of an image that `fill` has seen. */
  get(imageId: string): Float32Array {
    const encoding = this.#encodings.get(imageId);
    if (!encoding)
      throw new RangeError(`image ${imageId} has not been encoded; call fill() with its case first`);
    return encoding;
  }

  get size(): number {
    return this.#encodings.size;
  }
}
