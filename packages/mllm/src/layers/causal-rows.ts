import { gather, reshape, sub, type Graph, type Tensor, type TypedArray } from '@sea-align/compute';
import type { FamilyConfig } from '../family/family-config.js';
import { rowPositions } from '../merge/row-positions.js';
import type { TokenRow } from '../merge/token-row.js';
import type { QueryBlock } from './attention.js';
import { additiveMask, withinWindow } from './attention-mask.js';
import { causalBlocks } from './causal-blocks.js';
import type { WantedPlaces } from './decoder.js';
import { layerWindow } from './decoder-masks.js';
import { rotaryTables } from './rotary.js';

/** Positions and masks of right-padded rows under plain causal attention. */
export interface CausalRows {
  cos: Tensor;
  sin: Tensor;
  mask: (layer: number) => readonly QueryBlock[];
  /**
   * For final states of some places only.
   * @param places int32 [rows * count], flat, each within its own row
   */
  wanted: (places: Tensor) => WantedPlaces;
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
  const shared = text.mropeSection === undefined;
  const { headDim } = text;
  const shape = [shared ? 1 : rows, 1, length, headDim];
  const fixed = shared ? rotaryTables(text, [Array.from({ length }, (_, place) => place)]) : {};
  const cos = graph.input('cos', shape);
  const sin = graph.input('sin', shape);
  const windowOf = (layer: number): number => layerWindow(text, layer, length);
  const blocks = memoised((window) => causalBlocks(graph, { queries: length, before: 0, window }));
  return {
    cos,
    sin,
    mask: (layer) => blocks(windowOf(layer)),
    wanted(places) {
      const count = places.shape[0] / rows;
      const starts = Int32Array.from({ length: rows }, (_, row) => row * length);
      const inRow = sub(reshape(places, [rows, count]), graph.constant(starts, [rows, 1], 'int32'));
      const table = (whole: Tensor): Tensor =>
        reshape(gather(reshape(whole, [-1, headDim]), shared ? inRow : places), [rows, 1, count, headDim]);
      const masks = memoised((window) =>
        reshape(gather(maskTable(graph, length, window), inRow), [rows, 1, count, length]),
      );
      return { rows: places, cos: table(cos), sin: table(sin), mask: (layer) => masks(windowOf(layer)) };
    },
    feeds: (given) => (shared ? fixed : rotaryTables(text, paddedPositions(text, given, rows, length))),
  };
}

/** [length, length]: each place's mask. */
function maskTable(graph: Graph, length: number, window: number): Tensor {
  const visible = withinWindow(
    (_row, query, key) => key <= query,
    window,
    (_row, query, key) => query - key,
  );
  return graph.constant(additiveMask(1, length, length, visible), [length, length]);
}

function memoised<T>(build: (window: number) => T): (window: number) => T {
  const known = new Map<number, T>();
  return (window) => {
    const value = known.get(window) ?? build(window);
    known.set(window, value);
    return value;
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
