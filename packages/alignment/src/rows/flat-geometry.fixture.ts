import type { Embedding, MediumGeometry, MultimodalModel } from '@sea-align/mllm';

/** A medium of one token whose encoder output is [1, width]. */
export function flatGeometry(width: number): MediumGeometry {
  return { key: `flat ${width}`, modality: 'image', rows: 1, width, tokens: 1, placeholderId: 1, span: 1 };
}

/** An encoder output of one row. */
export function flatEmbedding(...values: number[]): Embedding {
  return { values: Float32Array.from(values), geometry: flatGeometry(values.length) };
}

/** What a model with only that geometry says about it. */
export function flatModel(width: number): Pick<MultimodalModel, 'geometry' | 'geometryOf'> {
  const geometry = flatGeometry(width);
  return {
    geometry,
    geometryOf: (key) => {
      if (key === geometry.key) return geometry;
      throw new RangeError(key);
    },
  };
}
