/** [height, width] in pixels, as HF writes sizes. */
export type Resolution = readonly [height: number, width: number];

/** The resolution that keeps most of an image's pixels, and of those the one that wastes least (HF `select_best_resolution`). */
export function selectBestResolution(
  [height, width]: Resolution,
  candidates: readonly Resolution[],
): Resolution {
  let best = candidates[0];
  let mostKept = 0;
  let leastWasted = Infinity;
  for (const candidate of candidates) {
    const scale = Math.min(candidate[1] / width, candidate[0] / height);
    const scaled = Math.trunc(width * scale) * Math.trunc(height * scale);
    const kept = Math.min(scaled, width * height);
    const wasted = candidate[0] * candidate[1] - kept;
    if (kept > mostKept || (kept === mostKept && wasted < leastWasted)) {
      mostKept = kept;
      leastWasted = wasted;
      best = candidate;
    }
  }
  return best;
}

/** Size of an image that is fitted into a resolution, aspect ratio kept (HF `get_patch_output_size`). */
export function fittedSize([height, width]: Resolution, [maxHeight, maxWidth]: Resolution): Resolution {
  const byWidth = maxWidth / width;
  const byHeight = maxHeight / height;
  return byWidth < byHeight
    ? [Math.min(Math.ceil(height * byWidth), maxHeight), maxWidth]
    : [maxHeight, Math.min(Math.ceil(width * byHeight), maxWidth)];
}

/**
 * The part of a grid of features that shows the image and not its padding (HF `unpad_image`), centred in the grid.
 * @param size of the original image
 * @param grid rows and columns of features of the padded image
 */
export function unpaddedGrid([height, width]: Resolution, [rows, columns]: Resolution): Resolution {
  if (width / height > columns / rows) {
    const kept = truncated(height * (columns / width));
    return [rows - 2 * Math.floor((rows - kept) / 2), columns];
  }
  const kept = truncated(width * (rows / height));
  return [rows, columns - 2 * Math.floor((columns - kept) / 2)];
}

/** Python's int(round(value, 7)). */
function truncated(value: number): number {
  return Math.trunc(Number(value.toFixed(7)));
}
