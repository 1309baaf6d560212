import type { MediumGeometry } from '../family/medium-geometry.js';
import { mediaOf, mediaPlaces, type TokenRow } from './token-row.js';

/** Media of one geometry in a batch. */
export interface MediaGroup {
  geometry: MediumGeometry;
  /** Media that the compiled graph has room for. */
  count: number;
}

/** Shape of a batch of rows. */
export interface RowShape {
  rows: number;
  /** Places a row. */
  length: number;
  /** By geometry, in the order of their keys; none for text. */
  media: readonly MediaGroup[];
}

/**
 * The media of a batch by geometry. Room is rounded up, so that few shapes are compiled: to a multiple of the rows where all
 * media have one geometry, else to powers of two.
 */
export function mediaGroups(given: readonly TokenRow[], rows: number): MediaGroup[] {
  const groups = new Map<string, MediaGroup>();
  for (const { geometry } of given.flatMap((row) => mediaOf(row))) {
    const group = groups.get(geometry.key) ?? { geometry, count: 0 };
    group.count++;
    groups.set(geometry.key, group);
  }
  return [...groups.values()]
    .sort((a, b) => (a.geometry.key < b.geometry.key ? -1 : 1))
    .map(({ geometry, count }) => ({
      geometry,
      count: groups.size === 1 ? Math.ceil(count / rows) * rows : 2 ** Math.ceil(Math.log2(count)),
    }));
}

/** Names the media of a shape in the key of a compiled session. */
export function mediaKey(media: readonly MediaGroup[]): string {
  return media.length === 0
    ? '0'
    : media.map(({ geometry, count }) => `${count} ${geometry.key}`).join(' + ');
}

/** Name of the input that takes a group's encoder outputs, [count, rows, width]. */
export function embeddingsInput(group: number): string {
  return `embeddings.${group}`;
}

/**
 * Feeds of right-padded rows with expanded modality tokens: input_ids [rows * length]; with media also merge_index
 * [rows * length] and each group's encoder outputs. Rows and media beyond those given stay zero.
 * @throws EngineError where modality tokens and embeddings do not fit each other
 */
export function layoutRows(
  placeholderIds: readonly number[],
  rows: readonly TokenRow[],
  shape: RowShape,
): Record<string, Int32Array | Float32Array> {
  const inputIds = new Int32Array(shape.rows * shape.length);
  rows.forEach((row, at) => inputIds.set(row.ids, at * shape.length));
  if (shape.media.length === 0) return { input_ids: inputIds };
  const mergeIndex = Int32Array.from(inputIds, (_, place) => place);
  const feeds: Record<string, Int32Array | Float32Array> = { input_ids: inputIds, merge_index: mergeIndex };
  let firstRow = inputIds.length;
  const slots = new Map(
    shape.media.map(({ geometry, count }, at) => {
      const size = geometry.rows * geometry.width;
      const values = new Float32Array(count * size);
      feeds[embeddingsInput(at)] = values;
      const slot = { values, size, firstRow, used: 0 };
      firstRow += count * geometry.tokens;
      return [geometry.key, slot];
    }),
  );
  rows.forEach((row, at) => {
    const places = mediaPlaces(row, placeholderIds);
    mediaOf(row).forEach(({ values, geometry }, medium) => {
      const slot = slots.get(geometry.key);
      if (slot === undefined) throw new RangeError(`the shape has no room for "${geometry.key}"`);
      slot.values.set(values, slot.used * slot.size);
      const first = slot.firstRow + slot.used * geometry.tokens;
      places[medium].forEach((place, token) => {
        mergeIndex[at * shape.length + place] = first + token;
      });
      slot.used++;
    });
  });
  return feeds;
}
