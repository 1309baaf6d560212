import { EngineError } from '@sea-align/core';
import type { Embedding } from '../family/medium-geometry.js';

/** Encoder outputs of a row's media, in the order of their placeholders. */
export type RowMedia = Embedding | readonly Embedding[];

/** A row of tokens whose modality tokens stand for `embedding`. */
export interface TokenRow {
  ids: readonly number[];
  embedding?: RowMedia;
  /** From this place on there is text only, whatever the ids: a model may generate the id of a placeholder. */
  textFrom?: number;
}

/** The media of a row as a list. */
export function mediaOf({ embedding }: { embedding?: RowMedia }): readonly Embedding[] {
  if (embedding === undefined) return [];
  return isOne(embedding) ? [embedding] : embedding;
}

function isOne(embedding: RowMedia): embedding is Embedding {
  return 'values' in embedding && 'geometry' in embedding;
}

/** Places of the tokens of each medium, in the order of `mediaOf`. */
export type MediaPlaces = readonly (readonly number[])[];

/**
 * Finds the places of a row's media.
 * @param placeholderIds token ids that hold places of media in this model
 * @throws EngineError where the modality tokens and the embeddings do not fit each other
 */
export function mediaPlaces(row: TokenRow, placeholderIds: readonly number[]): MediaPlaces {
  const places: number[] = [];
  const { textFrom = row.ids.length } = row;
  for (let place = 0; place < textFrom; place++) {
    if (placeholderIds.includes(row.ids[place])) places.push(place);
  }
  const media = mediaOf(row);
  const tokens = media.reduce((sum, { geometry }) => sum + geometry.tokens, 0);
  const found: number[][] = [];
  let at = 0;
  for (const { values, geometry } of media) {
    const own = places.slice(at, at + geometry.tokens);
    at += geometry.tokens;
    if (
      values.length !== geometry.rows * geometry.width ||
      own.some((place) => row.ids[place] !== geometry.placeholderId)
    ) {
      throw misfit(places.length, media, tokens);
    }
    found.push(own);
  }
  if (tokens !== places.length) throw misfit(places.length, media, tokens);
  return found;
}

function misfit(places: number, media: readonly Embedding[], tokens: number): EngineError {
  const given = media.map(({ values, geometry }) => {
    const wanted = geometry.rows * geometry.width;
    const size = values.length === wanted ? '' : `, with ${values.length} values instead of ${wanted}`;
    return `"${geometry.key}" (${geometry.tokens} tokens of id ${geometry.placeholderId}${size})`;
  });
  return new EngineError(
    `A row holds ${places} modality tokens; its embeddings stand for ${tokens}: ${given.join(', ') || 'there are none'}.`,
    {
      code: 'SEA_MODALITY_TOKENS',
      hint: 'Give one embedding per medium of the prompt, of the prompt’s geometry.',
    },
  );
}
