/** The middle value; the mean of the middle two where there are two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Slope through (x, y): the median of the slopes between all pairs (Theil-Sen), which a single jump does not bend. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  return median(
    points.flatMap(([x0, y0], index) => points.slice(index + 1).map(([x1, y1]) => (y1 - y0) / (x1 - x0))),
  );
}
