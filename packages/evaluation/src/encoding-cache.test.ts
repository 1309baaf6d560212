import { MediaError } from '@sea-align/core';
import type { Embedding, PreparedMedium } from '@sea-align/mllm';
import { describe, expect, it } from 'vitest';
import { EncodingCache } from './encoding-cache.js';
import type { EvaluationCase } from './evaluation-case.js';

const geometry = { key: 'image', modality: 'image', rows: 1, width: 1, tokens: 1, placeholderId: 7, span: 1 };

/** A model whose media are their own value, each with features of `bytes` bytes. */
function standIn(bytes = 4) {
  const encoded: number[][] = [];
  let reading = 0;
  let mostRead = 0;
  const valueOf = ({ features }: PreparedMedium) => Number(features['value'].shape[0]);
  return {
    encoded,
    mostRead: () => mostRead,
    async preprocess(source: unknown): Promise<PreparedMedium> {
      mostRead = Math.max(mostRead, ++reading);
      await new Promise((resolve) => setImmediate(resolve));
      reading--;
      if (source === 'broken') throw new MediaError('Cannot read broken.');
      const data = { byteLength: bytes } as Float32Array; // Nothing but its size is looked at.
      return { geometry, features: { value: { data, shape: [Number(source)], dtype: 'float32' } } };
    },
    async encode(media: readonly PreparedMedium[]): Promise<Embedding[]> {
      encoded.push(media.map(valueOf));
      return media.map((medium) => ({ geometry, values: Float32Array.of(valueOf(medium)) }));
    },
  };
}

const about = (...media: string[]): EvaluationCase[] =>
  media.map((data, at) => ({
    id: `${at}`,
    condition: 'c',
    measure: 'benign',
    question: '?',
    medium: { id: data, data },
  }));

describe('EncodingCache', () => {
  it('reads one medium at a time and encodes them together', async () => {
    const model = standIn();
    const cache = new EncodingCache();
    await cache.fill(model, about('1', '2', '3', '2', '4', '5'), 2);
    expect(model.mostRead()).toBe(1);
    expect(model.encoded).toEqual([[1, 2], [3, 4], [5]]); // prettier-ignore
    await cache.fill(model, about('5', '1'), 2);
    expect(model.encoded).toHaveLength(3);
    expect(cache.get('4').values).toEqual(Float32Array.of(4));
  });

  it('holds no more encoder inputs than 256 MiB and one medium', async () => {
    const model = standIn(100 * 2 ** 20);
    await new EncodingCache().fill(model, about('1', '2', '3', '4'));
    expect(model.encoded).toEqual([[1, 2, 3], [4]]); // prettier-ignore
  });

  it('encodes the others before it says which medium cannot be read', async () => {
    const model = standIn();
    const cache = new EncodingCache();
    await expect(cache.fill(model, about('1', 'broken', '2'))).rejects.toThrow('Cannot read broken.');
    expect(model.encoded).toEqual([[1, 2]]); // prettier-ignore
    expect(cache.size).toBe(2);
  });
});
