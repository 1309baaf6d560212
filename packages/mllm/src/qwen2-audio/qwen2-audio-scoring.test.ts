import { join } from 'node:path';
import type { Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import type { PackedMember } from '../scoring/control-scores.js';
import { createPackedScorer } from '../scoring/packed-scorer.js';
import { createPlainScorer } from '../scoring/plain-scorer.js';
import { audioFixtures } from '../testing/audio.fixture.js';
import { nodeEngine, randomEmbedding } from '../testing/checkpoint.fixture.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(() => engine.dispose());

const rng = new Rng('qwen2-audio');
const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(50));

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a, (value, at) => Math.abs(value - b[at])).reduce(
    (most, value) => Math.max(most, value),
    0,
  );
}

describe('packed scoring', () => {
  it.each([
    ['model', 3, [3, 9, 10]],
    ['model', 1, []],
    ['odd_window_tied_f16', 2, [9, 11, 12]],
  ])('of %s with %i branches equals plain scoring', async (name, branches, prefixIds) => {
    const model: MultimodalModel = await loadModel(join(audioFixtures, name), { engine });
    // Two members in each batch; a batch holds one length of sound, so the second batch has another program.
    const members = ['audio 5', 'audio 5', 'audio 2', 'audio 6'].map((key): PackedMember => ({
      embedding: randomEmbedding(model.geometryOf(key), rng),
      branches: Array.from({ length: branches }, () => ({
        promptIds: words(1 + rng.int(6)),
        targetIds: [...words(1 + rng.int(5)), 2],
      })),
    }));
    const options = { prefixIds, branches, batchSize: 2 };
    const packed = await createPackedScorer(model, options);
    const plain = await createPlainScorer(model, options);
    const ours = await packed.score(members);
    const truth = await plain.score(members);
    await packed.release();
    await plain.release();
    await model.release();
    for (let at = 0; at < members.length; at++) {
      expect(Math.max(...truth.branchNll[at])).toBeGreaterThan(1);
      expect(largestDifference(ours.branchNll[at], truth.branchNll[at])).toBeLessThan(1e-4);
      expect(Math.max(...truth.gradients[at].map(Math.abs))).toBeGreaterThan(1e-3);
      expect(largestDifference(ours.gradients[at], truth.gradients[at])).toBeLessThan(1e-5);
    }
  });
});
