import type { TypedArray } from '@sea-align/compute';
import type { TextConfig } from '../config/text-config.js';
import type { PackedBranch, PackedMember } from './control-scores.js';
import { maskInputs } from './packed-parts.js';
import { packRow, type PackedRow, type PackedShape } from './packed-sequence.js';

interface Batch {
  branches: readonly (readonly PackedBranch[])[];
  feeds: Record<string, TypedArray>;
}

/** Feeds of batches of one shape, all but the embeddings: what a batch feeds does not change from step to step. */
export class PackedFeeds {
  private readonly rows = new WeakMap<readonly PackedBranch[], PackedRow>();
  /** By the first member, as members that run together mostly stay together. */
  private readonly batches = new WeakMap<readonly PackedBranch[], Batch>();

  constructor(
    private readonly text: TextConfig,
    private readonly shape: PackedShape,
    private readonly windows: readonly number[],
  ) {}

  /** Rows beyond the members stay unused. */
  of(members: readonly PackedMember[]): Record<string, TypedArray> {
    const branches = members.map((member) => member.branches);
    const known = this.batches.get(branches[0]);
    if (
      known?.branches.length === branches.length &&
      known.branches.every((each, at) => each === branches[at])
    )
      return known.feeds;
    const feeds = this.join(members.map((member) => this.row(member)));
    this.batches.set(branches[0], { branches, feeds });
    return feeds;
  }

  private row(member: PackedMember): PackedRow {
    const known = this.rows.get(member.branches);
    if (known !== undefined) return known;
    const row = packRow(this.text, member, this.shape, this.windows);
    this.rows.set(member.branches, row);
    return row;
  }

  private join(packed: readonly PackedRow[]): Record<string, TypedArray> {
    const { rows, prefix, geometry, suffix, branches, targets } = this.shape;
    const length = geometry.tokens + suffix;
    const keys = prefix + length;
    const targetRows = new Int32Array(rows * targets);
    for (let row = 0; row < rows; row++) {
      for (let at = 0; at < targets; at++) {
        targetRows[row * targets + at] = row * length + (packed[row]?.targetPlaces[at] ?? 0);
      }
    }
    const floats = (size: number, part: (row: PackedRow) => Float32Array | undefined): Float32Array =>
      stacked(new Float32Array(rows * size), size, packed.map(part));
    const integers = (size: number, part: (row: PackedRow) => Int32Array): Int32Array =>
      stacked(new Int32Array(rows * size), size, packed.map(part));
    const masks = this.windows.flatMap((window): [string, Float32Array][] => {
      const names = maskInputs(window);
      return [
        [names.suffix, floats(suffix * keys, ({ suffixMasks }) => suffixMasks.get(window))],
        [names.target, floats(targets * keys, ({ targetMasks }) => targetMasks.get(window))],
      ];
    });
    return {
      suffix_ids: integers(suffix, ({ suffixIds }) => suffixIds),
      target_rows: targetRows,
      target_ids: integers(targets, ({ targetIds }) => targetIds),
      target_weights: floats(branches * targets, ({ targetWeights }) => targetWeights),
      cos: floats(length * this.text.headDim, ({ cos }) => cos),
      sin: floats(length * this.text.headDim, ({ sin }) => sin),
      ...Object.fromEntries(masks),
    };
  }
}

function stacked<T extends Float32Array | Int32Array>(
  into: T,
  size: number,
  parts: readonly (T | undefined)[],
): T {
  parts.forEach((part, row) => {
    if (part !== undefined) into.set(part, row * size);
  });
  return into;
}
