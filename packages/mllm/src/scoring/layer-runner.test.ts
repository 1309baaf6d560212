import { join } from 'node:path';
import type { Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { loadModel } from '../load-model.js';
import { qwen2VLFixtures } from '../qwen2-vl/processing.fixture.js';
import { audioFixtures } from '../testing/audio.fixture.js';
import { fixtureModels, fixtures, nodeEngine, randomEmbedding } from '../testing/checkpoint.fixture.js';
import type { PackedBranch, PackedMember } from './control-scores.js';
import { createPackedScorer } from './packed-scorer.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(() => engine.dispose());

const rng = new Rng('layer by layer');
const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(24));
const branch = (): PackedBranch => ({
  promptIds: words(1 + rng.int(6)),
  targetIds: [...words(1 + rng.int(5)), 2],
});
const member = (geometry: MediumGeometry): PackedMember => ({
  embedding: randomEmbedding(geometry, rng),
  branches: [branch(), branch()],
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a, (value, at) => Math.abs(value - b[at])).reduce(
    (most, value) => Math.max(most, value),
    0,
  );
}

const cases: [folder: string, geometries: string[]][] = [
  ...fixtureModels.map((name): [string, string[]] => [join(fixtures, name), ['image', 'image', 'image']]),
  [join(qwen2VLFixtures, 'small'), ['video 3x4x4', 'image 2x10', 'image 4x6']],
  [join(qwen2VLFixtures, 'window'), ['video 3x4x4', 'image 2x10', 'video 3x4x4']],
  [join(audioFixtures, 'model'), ['audio 5', 'audio 2', 'audio 5']],
  [join(audioFixtures, 'odd_window_tied_f16'), ['audio 5', 'audio 2', 'audio 5']],
];

describe.each(cases)('layer by layer, %s', (folder, geometries) => {
  it.each([[[3, 9, 10, 11]], [[]]])('scores as one graph does behind the prefix %j', async (prefixIds) => {
    const model = await loadModel(folder, { engine });
    const members = geometries.map((key) => member(model.geometryOf(key)));
    const options = { prefixIds, branches: 2, batchSize: 2 };
    const whole = await createPackedScorer(model, { ...options, gradientCheckpointing: false });
    const truth = await whole.score(members);
    await whole.release();
    const layered = await createPackedScorer(model, { ...options, gradientCheckpointing: true });
    const ours = await layered.score(members);
    const lossOnly = await layered.score(members.map((each) => ({ ...each, lossOnly: true })));
    await layered.release();
    await model.release();
    expect(lossOnly.branchNll).toEqual(ours.branchNll);
    for (let at = 0; at < members.length; at++) {
      expect(lossOnly.gradients[at]).toHaveLength(0);
      expect(Math.max(...truth.branchNll[at])).toBeGreaterThan(1);
      expect(largestDifference(ours.branchNll[at], truth.branchNll[at])).toBeLessThan(1e-5);
      expect(Math.max(...truth.gradients[at].map(Math.abs))).toBeGreaterThan(1e-3);
      expect(largestDifference(ours.gradients[at], truth.gradients[at])).toBeLessThan(1e-5);
    }
  });
});
