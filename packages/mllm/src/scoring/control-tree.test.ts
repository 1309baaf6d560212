import { expect, it } from 'vitest';
import { controlTree } from './control-tree.js';

it('holds shared beginnings once, by hand', () => {
  const branches = [
    { promptIds: [10, 11], targetIds: [20, 21, 2] },
    { promptIds: [10, 11], targetIds: [20, 22, 2] },
    { promptIds: [10], targetIds: [11, 2] },
    { promptIds: [], targetIds: [30] },
  ];
  expect(controlTree(branches)).toEqual({
    //    0: 10, 1: 11, 2: 20, 3: 21, 4: 22; the last target of a branch is not read
    ids: [10, 11, 20, 21, 22],
    parents: [-1, 0, 1, 2, 2],
    depths: [0, 1, 2, 3, 3],
    targets: [
      { branch: 0, node: 1, id: 20 },
      { branch: 0, node: 2, id: 21 },
      { branch: 0, node: 3, id: 2 },
      { branch: 1, node: 1, id: 20 },
      { branch: 1, node: 2, id: 22 },
      { branch: 1, node: 4, id: 2 },
      { branch: 2, node: 0, id: 11 },
      { branch: 2, node: 1, id: 2 },
      { branch: 3, node: -1, id: 30 },
    ],
  });
  expect(controlTree(branches)).toBe(controlTree(branches));
});
