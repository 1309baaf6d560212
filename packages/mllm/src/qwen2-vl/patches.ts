import type { RgbImage } from '../image/pillow-resize.js';
import { gridPatches, mergeOrder, type Grid } from './grid.js';

/** How pixels become patches. */
export interface PatchLayout {
  readonly patchSize: number;
  readonly temporalPatchSize: number;
  readonly mergeSize: number;
}

/** From an 8-bit level of a channel to what the tower reads. */
export type PixelTables = readonly [red: Float32Array, green: Float32Array, blue: Float32Array];

/** Rescaling and normalisation of all 256 levels, each step rounded to float32 as HF's slow processor (numpy) does. */
export function pixelTables(
  rescaleFactor: number | undefined,
  normalize: { mean: readonly number[]; std: readonly number[] } | undefined,
): PixelTables {
  const table = (channel: number): Float32Array =>
    Float32Array.from({ length: 256 }, (_, level) => {
      const scaled = Math.fround(rescaleFactor === undefined ? level : level * rescaleFactor);
      if (normalize === undefined) return scaled;
      const [mean, std] = [Math.fround(normalize.mean[channel]), Math.fround(normalize.std[channel])];
      return Math.fround(scaled - mean) / std;
    });
  return [table(0), table(1), table(2)];
}

/**
 * Frames to HF's flattened patches (`Qwen2VLImageProcessor._preprocess`): rows are patches in the order frame, token, row and
 * column within the token; each holds channel, frame, row, column of its pixels. Frames come one at a time, so that no more
 * than one needs to be held.
 */
export class PatchWriter {
  readonly values: Float32Array;
  private frames = 0;
  private readonly order: Int32Array;

  constructor(
    private readonly layout: PatchLayout,
    private readonly tables: PixelTables,
    readonly grid: Grid,
  ) {
    const { patchSize, temporalPatchSize, mergeSize } = layout;
    this.values = new Float32Array(gridPatches(grid) * 3 * temporalPatchSize * patchSize ** 2);
    this.order = mergeOrder(grid, mergeSize);
  }

  /** Adds a frame of w * patchSize x h * patchSize pixels. */
  add(frame: RgbImage): void {
    this.write(frame, this.frames++);
  }

  /** Fills up the last temporal patch with the last frame. */
  finish(last: RgbImage): void {
    while (this.frames < this.grid.t * this.layout.temporalPatchSize) this.add(last);
  }

  private write({ data, width }: RgbImage, frame: number): void {
    const { patchSize, temporalPatchSize } = this.layout;
    const area = patchSize ** 2;
    const rowLength = 3 * temporalPatchSize * area;
    const patches = this.grid.h * this.grid.w;
    const firstRow = Math.floor(frame / temporalPatchSize) * patches;
    const within = (frame % temporalPatchSize) * area;
    for (let patch = 0; patch < patches; patch++) {
      const [top, left] = [this.order[patch * 2] * patchSize, this.order[patch * 2 + 1] * patchSize];
      const target = (firstRow + patch) * rowLength + within;
      for (let y = 0; y < patchSize; y++) {
        let from = ((top + y) * width + left) * 3;
        for (let x = 0; x < patchSize; x++, from += 3) {
          const to = target + y * patchSize + x;
          for (let channel = 0; channel < 3; channel++) {
            this.values[to + channel * temporalPatchSize * area] = this.tables[channel][data[from + channel]];
          }
        }
      }
    }
  }
}
