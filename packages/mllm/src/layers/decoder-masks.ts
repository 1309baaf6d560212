import type { Graph, Tensor } from '@sea-align/compute';
import type { TextConfig } from '../config/text-config.js';
import { additiveMask, withinWindow, type Visible } from './attention-mask.js';

/** How far a key lies before its query, in positions. */
export type Distance = (row: number, query: number, key: number) => number;

/** The attention mask inputs of a decoder graph: one, and one more for each sliding window that can matter. */
export interface DecoderMasks {
  /** Mask of a layer, [rows, 1, queries, keys]. */
  mask: (layer: number) => Tensor;
  /** Values of the mask inputs. */
  feeds: (visible: Visible, distance: Distance) => Record<string, Float32Array>;
}

/**
 * How many keys back the queries of a layer see; Infinity for all.
 * @param span largest distance between a query and a key, plus one; windows at least as wide are no windows
 */
export function layerWindow(config: Pick<TextConfig, 'slidingWindows'>, layer: number, span: number): number {
  const window = config.slidingWindows[layer];
  return window === undefined || window >= span ? Infinity : window;
}

/**
 * Declares the masks of all layers.
 * @param span largest distance between a query and a key, plus one; windows at least as wide are no windows
 */
export function declareMasks(
  graph: Graph,
  config: TextConfig,
  [rows, queries, keys]: readonly [rows: number, queries: number, keys: number],
  span: number,
): DecoderMasks {
  const windowOf = (layer: number): number => layerWindow(config, layer, span);
  const inputs = new Map<number, Tensor>();
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const window = windowOf(layer);
    if (!inputs.has(window)) inputs.set(window, graph.input(inputName(window), [rows, 1, queries, keys]));
  }
  return {
    mask: (layer) => {
      const input = inputs.get(windowOf(layer));
      if (input === undefined) throw new RangeError(`no layer ${layer}`);
      return input;
    },
    feeds: (visible, distance) =>
      Object.fromEntries(
        [...inputs.keys()].map((window) => {
          const seen = window === Infinity ? visible : withinWindow(visible, window, distance);
          return [inputName(window), additiveMask(rows, queries, keys, seen)];
        }),
      ),
  };
}

function inputName(window: number): string {
  return window === Infinity ? 'attention_mask' : `attention_mask_window_${window}`;
}
