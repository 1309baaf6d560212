import type { PackedBranch } from './control-scores.js';

/**
 * The control samples of a member as one tree behind E: beginnings that they share are there once. A node is one token that is
 * read; its parent comes before it.
 */
export interface ControlTree {
  /** Token of each node. */
  ids: readonly number[];
  /** Parent of each node; -1 where that is the last token of E. */
  parents: readonly number[];
  /** Tokens between E and each node. */
  depths: readonly number[];
  /** Every target token, branch by branch, with the node that predicts it (-1: the last token of E). */
  targets: readonly { branch: number; node: number; id: number }[];
}

const trees = new WeakMap<readonly PackedBranch[], ControlTree>();

/** The tree of these control samples; computed once as long as they are the same object. */
export function controlTree(branches: readonly PackedBranch[]): ControlTree {
  const known = trees.get(branches);
  if (known !== undefined) return known;
  const tree = growTree(branches);
  trees.set(branches, tree);
  return tree;
}

function growTree(branches: readonly PackedBranch[]): ControlTree {
  const ids: number[] = [];
  const parents: number[] = [];
  const depths: number[] = [];
  const targets: ControlTree['targets'][number][] = [];
  const children = new Map<string, number>();
  const child = (parent: number, id: number): number => {
    const key = `${parent} ${id}`;
    const known = children.get(key);
    if (known !== undefined) return known;
    children.set(key, ids.length);
    parents.push(parent);
    depths.push(parent < 0 ? 0 : depths[parent] + 1);
    return ids.push(id) - 1;
  };
  branches.forEach(({ promptIds, targetIds }, branch) => {
    let node = -1;
    for (const id of promptIds) node = child(node, id);
    targetIds.forEach((id, at) => {
      targets.push({ branch, node, id });
      // A branch's last target is only predicted, never read.
      if (at < targetIds.length - 1) node = child(node, id);
    });
  });
  return { ids, parents, depths, targets };
}
