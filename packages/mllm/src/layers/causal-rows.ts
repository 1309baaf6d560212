import type { Graph, Tensor, TypedArray } from '@sea-align/compute';
import type { FamilyConfig } from '../family/family-config.js';
import { rowPositions } from '../merge/row-positions.js';
import type { TokenRow } from '../merge/token-row.js';
import { declareMasks } from './decoder-masks.js';
import { rotaryTables } from './rotary.js';

/** Positions and masks of right-padded rows under plain causal attention. */
export interface CausalRows {
  cos: Tensor;
  sin: Tensor;
  mask: (layer: number) => Tensor;
  /** Values of the inputs for these rows; rows beyond them may hold anything. */
  feeds: (rows: readonly TokenRow[]) => Record<string, TypedArray>;
}

/**
 * Declares rotary tables and masks of `rows` rows of `length` places. A text model with one rotary axis counts its places, so
 * all rows share one table and its feeds are computed once; with several axes positions depend on the row's media.
 */
export function declareCausalRows(
  graph: Graph,
  { text }: FamilyConfig,
  rows: number,
  length: number,
): CausalRows {
  const masks = declareMasks(graph, text, [1, length, length], length);
  const shared = text.mropeSection === undefined;
  const shape = [shared ? 1 : rows, 1, length, text.headDim];
  const causal = masks.feeds(
    (_row, query, key) => key <= query,
    (_row, query, key) => query - key,
  );
  const fixed = shared
    ? { ...rotaryTables(text, [Array.from({ length }, (_, place) => place)]), ...causal }
    : causal;
  return {
    cos: graph.input('cos', shape),
    sin: graph.input('sin', shape),
    mask: masks.mask,
    feeds: (given) =>
      shared ? fixed : { ...fixed, ...rotaryTables(text, paddedPositions(text, given, rows, length)) },
  };
}

/** Positions of all rows, one list of rows * length per axis; unused places have position 0. */
function paddedPositions(
  text: FamilyConfig['text'],
  given: readonly TokenRow[],
  rows: number,
  length: number,
): Int32Array[] {
  const positions = (text.mropeSection ?? []).map(() => new Int32Array(rows * length));
  given.forEach((row, at) => {
    rowPositions(text, row).axes.forEach((axis, index) => positions[index].set(axis, at * length));
  });
  return positions;
}
