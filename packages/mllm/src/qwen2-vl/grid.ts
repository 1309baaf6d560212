/** How many patches a medium has along time, height and width (HF `image_grid_thw`, `video_grid_thw`). */
export interface Grid {
  readonly t: number;
  readonly h: number;
  readonly w: number;
}

/** Patches of a medium: rows of pixel_values and of the encoder output. */
export function gridPatches({ t, h, w }: Grid): number {
  return t * h * w;
}

/** Tokens of a medium behind the merger, which joins `merge` x `merge` patches of a frame. */
export function gridTokens(grid: Grid, merge: number): number {
  return gridPatches(grid) / merge ** 2;
}

/**
 * Row and column of every patch of one frame, in the order in which patches lie in pixel_values: the `merge` x `merge`
 * patches of one token follow each other, then the next token to the right.
 * @returns [h * w * 2], row and column alternating
 */
export function mergeOrder({ h, w }: Grid, merge: number): Int32Array {
  const places = new Int32Array(h * w * 2);
  let at = 0;
  for (let top = 0; top < h; top += merge) {
    for (let left = 0; left < w; left += merge) {
      for (let row = top; row < top + merge; row++) {
        for (let column = left; column < left + merge; column++) {
          places[at++] = row;
          places[at++] = column;
        }
      }
    }
  }
  return places;
}
