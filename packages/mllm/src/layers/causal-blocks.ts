import type { Graph } from '@sea-align/compute';
import type { QueryBlock } from './attention.js';
import { additiveMask, withinWindow } from './attention-mask.js';

/** Queries of a block. Fewer do less in vain, but their products are too small to be fast. */
const blockQueries = 192;

/** Queries `start` to `end` of a sequence that sees the keys before its first query and, of its own, those up to itself. */
export interface CausalSpan {
  queries: number;
  /** Keys before the first query. */
  before: number;
  /** How many keys back a query sees; Infinity for all. */
  window: number;
}

/** Causal attention in blocks of nearly equal size, their masks being constants of the graph. */
export function causalBlocks(graph: Graph, { queries, before, window }: CausalSpan): QueryBlock[] {
  const count = Math.max(1, Math.round(queries / blockQueries));
  return Array.from({ length: count }, (_, block) => {
    const start = Math.floor((block * queries) / count);
    const end = Math.floor(((block + 1) * queries) / count);
    const keys = before + end;
    const place = (query: number): number => before + start + query;
    const visible = withinWindow(
      (_row, query, key) => key <= place(query),
      window,
      (_row, query, key) => place(query) - key,
    );
    const mask = graph.constant(additiveMask(1, end - start, keys, visible), [1, 1, end - start, keys]);
    return { start, end, keys, mask };
  });
}
