import type { TextConfig } from '../config/text-config.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { rotaryAxes } from '../layers/rotary.js';
import { mediaOf, type TokenRow } from './token-row.js';

/** Rotary positions of a row. */
export interface RowPositions {
  /** One list per rotary axis, as long as the row. */
  axes: Int32Array[];
  /** Position of the token behind the row, on every axis. */
  next: number;
}

/** Positions of a row whose media stand in the order of its embeddings. */
export function rowPositions(text: Pick<TextConfig, 'mropeSection'>, row: TokenRow): RowPositions {
  const media = mediaOf(row).map(({ geometry }) => geometry);
  return positionsOf(text, row.ids, (id) => (id === media[0]?.placeholderId ? media.shift() : undefined));
}

/**
 * Text tokens count on every axis alike; a medium's tokens lie as its geometry says, and what follows stands `span` behind the
 * medium's first position (HF `get_rope_index`).
 * @param mediumAt takes the next medium whose first token has this id; undefined for text
 */
export function positionsOf(
  text: Pick<TextConfig, 'mropeSection'>,
  ids: readonly number[],
  mediumAt: (id: number) => MediumGeometry | undefined,
): RowPositions {
  const axes = Array.from({ length: rotaryAxes(text) }, () => new Int32Array(ids.length));
  let next = 0;
  for (let place = 0; place < ids.length;) {
    const medium = mediumAt(ids[place]);
    const tokens = medium?.tokens ?? 1;
    for (let token = 0; token < tokens && place + token < ids.length; token++) {
      axes.forEach((axis, index) => {
        axis[place + token] = next + (medium?.positions?.[index]?.[token] ?? token);
      });
    }
    next += medium?.span ?? 1;
    place += tokens;
  }
  return { axes, next };
}
