/** Added to the scores of keys that a query must not see. Finite, so that a row with no visible key stays a number. */
export const MASKED = -1e9;

/** Which keys a query may see: its own index and position, and the key's. */
export type Visible = (row: number, query: number, key: number) => boolean;

/** Additive mask [rows, 1, queries, keys], flat. */
export function additiveMask(rows: number, queries: number, keys: number, visible: Visible): Float32Array {
  const mask = new Float32Array(rows * queries * keys);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let query = 0; query < queries; query++) {
      for (let key = 0; key < keys; key++, at++) {
        if (!visible(row, query, key)) mask[at] = MASKED;
      }
    }
  }
  return mask;
}

/** Narrows a mask to keys at most `window - 1` positions before the query. */
export function withinWindow(
  visible: Visible,
  window: number,
  distance: (row: number, query: number, key: number) => number,
): Visible {
  return (row, query, key) => visible(row, query, key) && distance(row, query, key) < window;
}
