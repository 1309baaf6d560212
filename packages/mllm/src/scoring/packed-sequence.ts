import type { TextConfig } from '../config/text-config.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { roundUp } from '../layers/length-bucket.js';
import { rotaryAxes } from '../layers/rotary.js';
import type { PackedMember } from './control-scores.js';

/** Shape of a packed session: rows of [E | branch 1 | branch 2 | … | unused] behind a shared prefix. */
export interface PackedShape {
  rows: number;
  /** Tokens of the prefix, whose keys and values are given. */
  prefix: number;
  /** Of E. */
  geometry: MediumGeometry;
  /** Places for the branches' tokens together. */
  suffix: number;
  branches: number;
  /** Target places a branch. */
  targets: number;
}

const TARGET_BUCKET = 8;

/** A branch's last target is only predicted, never read. */
function branchTokens({ promptIds, targetIds }: PackedMember['branches'][number]): number[] {
  return [...promptIds, ...targetIds.slice(0, -1)];
}

/** The buckets a member falls into; they depend on this member only. */
export function memberShape(member: PackedMember, bucket: number): Pick<PackedShape, 'suffix' | 'targets'> {
  const suffix = member.branches.reduce((sum, branch) => sum + branchTokens(branch).length, 0);
  const targets = Math.max(...member.branches.map((branch) => branch.targetIds.length));
  return { suffix: roundUp(suffix, bucket), targets: roundUp(targets, TARGET_BUCKET) };
}

/** Tokens, tree and targets of a batch of packed rows, row-major. */
export interface PackedLayout {
  /** [rows * suffix]. */
  suffixIds: Int32Array;
  /** [rows * (tokens + suffix)] place of every new token in its own sequence, prefix included. */
  places: Int32Array;
  /** Rotary positions of the new tokens, one list of rows * (tokens + suffix) per axis. */
  positionIds: Int32Array[];
  /** [rows * (tokens + suffix)] 0 for E, 1.. for the branch a token belongs to, -1 for unused places. */
  branchOf: Int32Array;
  /** [rows * branches * targets] flat place of the token that predicts each target. */
  targetRows: Int32Array;
  targetIds: Int32Array;
  targetWeights: Float32Array;
}

/** Lays members out; rows beyond them stay unused. */
export function layoutPacked(
  text: Pick<TextConfig, 'mropeSection'>,
  members: readonly PackedMember[],
  shape: PackedShape,
): PackedLayout {
  const { rows, prefix, geometry, suffix, branches, targets } = shape;
  const { tokens } = geometry;
  const length = tokens + suffix;
  const layout: PackedLayout = {
    suffixIds: new Int32Array(rows * suffix),
    places: new Int32Array(rows * length),
    positionIds: Array.from({ length: rotaryAxes(text) }, () => new Int32Array(rows * length)),
    branchOf: new Int32Array(rows * length).fill(-1),
    targetRows: new Int32Array(rows * branches * targets),
    targetIds: new Int32Array(rows * branches * targets),
    targetWeights: new Float32Array(rows * branches * targets),
  };
  for (let row = 0; row < rows; row++) {
    for (let token = 0; token < tokens; token++) {
      const at = row * length + token;
      layout.places[at] = prefix + token;
      layout.positionIds.forEach((axis, index) => {
        axis[at] = prefix + (geometry.positions?.[index]?.[token] ?? token);
      });
      layout.branchOf[at] = 0;
    }
  }
  members.forEach((member, row) => {
    let place = tokens;
    member.branches.forEach((branch, at) => {
      const start = place;
      branchTokens(branch).forEach((id, offset) => {
        layout.suffixIds[row * suffix + place - tokens] = id;
        layout.places[row * length + place] = prefix + tokens + offset;
        // All branches resume where the medium ends.
        for (const axis of layout.positionIds) axis[row * length + place] = prefix + geometry.span + offset;
        layout.branchOf[row * length + place] = at + 1;
        place++;
      });
      branch.targetIds.forEach((id, offset) => {
        const target = (row * branches + at) * targets + offset;
        const token = branch.promptIds.length + offset - 1;
        // Without a prompt, the last token of E predicts the first target.
        layout.targetRows[target] = row * length + (token < 0 ? tokens - 1 : start + token);
        layout.targetIds[target] = id;
        layout.targetWeights[target] = 1;
      });
    });
  });
  return layout;
}

/**
 * The tree: a token sees the prefix, and what comes before it in E and in its own branch. Keys are the prefix followed by the
 * row's own tokens.
 */
export function packedVisible(
  { prefix, geometry, suffix }: PackedShape,
  { branchOf }: PackedLayout,
): (row: number, query: number, key: number) => boolean {
  const length = geometry.tokens + suffix;
  return (row, query, key) => {
    if (key < prefix) return true;
    const token = key - prefix;
    if (token > query) return false;
    const branch = branchOf[row * length + token];
    return branch === 0 || (branch > 0 && branch === branchOf[row * length + query]);
  };
}
