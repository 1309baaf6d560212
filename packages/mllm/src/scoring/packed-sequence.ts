import type { TextConfig } from '../config/text-config.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { MASKED } from '../layers/attention-mask.js';
import { nextRung, roundUp } from '../layers/length-bucket.js';
import { rotaryAxes, rotaryTables } from '../layers/rotary.js';
import type { PackedMember } from './control-scores.js';
import { controlTree, type ControlTree } from './control-tree.js';

/** Shape of a packed session: rows of [E | tree of control samples | unused] behind a shared prefix. */
export interface PackedShape {
  rows: number;
  /** Tokens of the prefix, whose keys and values are given. */
  prefix: number;
  /** Of E. */
  geometry: MediumGeometry;
  /** Places for the tree's tokens. */
  suffix: number;
  branches: number;
  /** Places for the targets of all branches together. */
  targets: number;
}

/**
 * The shape a member falls into, which depends on this member only: a length with places for half as many targets, so that a mix
 * of members has few shapes.
 * @param bucket lengths are rounded up to a multiple of it; without one, to a rung of the ladder
 */
export function memberShape(member: PackedMember, bucket?: number): Pick<PackedShape, 'suffix' | 'targets'> {
  const { ids, targets } = controlTree(member.branches);
  const longest = Math.max(ids.length, 2 * targets.length);
  const suffix = bucket === undefined ? nextRung(longest) : 2 * roundUp(longest / 2, bucket);
  return { suffix, targets: suffix / 2 };
}

/** About so many tokens a run keep the processor busy; more take memory and no less time. */
const tokensPerRun = 512;

/** Rows of a session: one number for each shape, so that whatever remains of a batch needs no session of its own. */
export function rowsPerRun(tokens: number, batchSize: number): number {
  return Math.min(batchSize, Math.max(1, 2 ** Math.floor(Math.log2(tokensPerRun / tokens))));
}

/** What one member feeds; it does not change while its embedding is optimised. */
export interface PackedRow {
  /** [suffix]. */
  suffixIds: Int32Array;
  /** [tokens + suffix, headDim]. */
  cos: Float32Array;
  sin: Float32Array;
  /** [targets] place, in [E | tree], of the token that predicts each target. */
  targetPlaces: Int32Array;
  targetIds: Int32Array;
  /** [branches, targets] 1 where a target belongs to a branch. */
  targetWeights: Float32Array;
  /** By attention window, additive mask [suffix, prefix + tokens + suffix] of the tree's tokens. */
  suffixMasks: ReadonlyMap<number, Float32Array>;
  /** By attention window, additive mask [targets, prefix + tokens + suffix] of the tokens that predict targets. */
  targetMasks: ReadonlyMap<number, Float32Array>;
}

/**
 * Lays a member out.
 * @param windows attention windows that matter; Infinity for none
 */
export function packRow(
  text: Pick<TextConfig, 'mropeSection' | 'headDim' | 'ropeTheta' | 'ropeScaling'>,
  member: PackedMember,
  shape: PackedShape,
  windows: readonly number[],
): PackedRow {
  const { geometry, suffix, branches, targets } = shape;
  const { tokens } = geometry;
  const tree = controlTree(member.branches);
  const suffixIds = new Int32Array(suffix);
  suffixIds.set(tree.ids);
  const targetPlaces = new Int32Array(targets);
  const targetIds = new Int32Array(targets);
  const targetWeights = new Float32Array(branches * targets);
  tree.targets.forEach(({ branch, node, id }, at) => {
    // Without a prompt, the last token of E predicts the first target.
    targetPlaces[at] = tokens + node;
    targetIds[at] = id;
    targetWeights[branch * targets + at] = 1;
  });
  const ofWindows = (mask: (window: number) => Float32Array): ReadonlyMap<number, Float32Array> =>
    new Map(windows.map((window) => [window, mask(window)]));
  return {
    suffixIds,
    targetPlaces,
    targetIds,
    targetWeights,
    ...rotaryTables(text, positionIds(text, tree, shape)),
    suffixMasks: ofWindows((window) =>
      treeMask(
        tree,
        shape,
        window,
        tree.ids.map((_, node) => node),
        suffix,
      ),
    ),
    targetMasks: ofWindows((window) =>
      treeMask(
        tree,
        shape,
        window,
        tree.targets.map(({ node }) => node),
        targets,
      ),
    ),
  };
}

/** Rotary positions of E and the tree, one list per axis; unused places have position 0. */
function positionIds(
  text: Pick<TextConfig, 'mropeSection'>,
  { depths }: ControlTree,
  { prefix, geometry, suffix }: PackedShape,
): Int32Array[] {
  const { tokens, span, positions } = geometry;
  return Array.from({ length: rotaryAxes(text) }, (_, axis) => {
    const places = new Int32Array(tokens + suffix);
    for (let token = 0; token < tokens; token++)
      places[token] = prefix + (positions?.[axis]?.[token] ?? token);
    // All branches resume where the medium ends.
    depths.forEach((depth, node) => {
      places[tokens + node] = prefix + span + depth;
    });
    return places;
  });
}

/** A node sees the prefix, E, its ancestors and itself, as far as the window goes. Rows beyond `nodes` see everything. */
function treeMask(
  { parents, depths }: ControlTree,
  { prefix, geometry, suffix }: PackedShape,
  window: number,
  nodes: readonly number[],
  rows: number,
): Float32Array {
  const before = prefix + geometry.tokens;
  const keys = before + suffix;
  const mask = new Float32Array(rows * keys);
  nodes.forEach((node, row) => {
    const own = mask.subarray(row * keys, (row + 1) * keys);
    const place = before + (node < 0 ? -1 : depths[node]);
    own.fill(MASKED, 0, Math.max(0, Math.min(before, place - window + 1)));
    own.fill(MASKED, before);
    for (let seen = node; seen >= 0; seen = parents[seen]) {
      if (depths[node] - depths[seen] < window) own[before + seen] = 0;
    }
  });
  return mask;
}
