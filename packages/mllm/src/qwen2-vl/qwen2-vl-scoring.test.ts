import { join } from 'node:path';
import { openSafetensors, type Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import type { PackedBranch, PackedMember } from '../scoring/control-scores.js';
import { createPackedScorer } from '../scoring/packed-scorer.js';
import { createPlainScorer } from '../scoring/plain-scorer.js';
import { nodeEngine, randomEmbedding } from '../testing/checkpoint.fixture.js';
import { mediaOfCase } from './golden-rows.fixture.js';
import { qwen2VLFixtures } from './processing.fixture.js';

let engine: Engine;
let model: MultimodalModel;
beforeAll(async () => {
  engine = await nodeEngine();
  model = await loadModel(join(qwen2VLFixtures, 'small'), { engine });
});
afterAll(async () => {
  await model.release();
  await engine.dispose();
});

const rng = new Rng('qwen2-vl');
const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(50));

describe('packed scoring', () => {
  const branch = (): PackedBranch => ({
    promptIds: words(1 + rng.int(6)),
    targetIds: [...words(1 + rng.int(5)), 2],
  });
  const member = (geometry: MediumGeometry, branches: number): PackedMember => ({
    embedding: randomEmbedding(geometry, rng),
    branches: Array.from({ length: branches }, branch),
  });
  const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    expect(a.length).toBe(b.length);
    return Array.from(a, (value, at) => Math.abs(value - b[at])).reduce(
      (most, value) => Math.max(most, value),
      0,
    );
  };

  it.each([
    ['small', 2, [3, 9, 10]],
    ['small', 5, []],
    ['window', 3, [9, 11, 12, 13, 14, 15, 16, 3]],
  ])('of %s with %i branches equals plain scoring', async (name, branches, prefixIds) => {
    const own = await loadModel(join(qwen2VLFixtures, name), { engine });
    // The video's span (3) is less than its tokens (12), the narrow image's more than a grid side; geometries are mixed.
    const members = ['video 3x4x4', 'image 2x10', 'image 4x6', 'video 3x4x4'].map((key) =>
      member(own.geometryOf(key), branches),
    );
    const options = { prefixIds, branches, batchSize: 2 };
    const packed = await createPackedScorer(own, options);
    const plain = await createPlainScorer(own, options);
    const ours = await packed.score(members);
    const truth = await plain.score(members);
    await packed.release();
    await plain.release();
    await own.release();
    for (let at = 0; at < members.length; at++) {
      expect(Math.max(...truth.branchNll[at])).toBeGreaterThan(1);
      expect(largestDifference(ours.branchNll[at], truth.branchNll[at])).toBeLessThan(1e-4);
      expect(Math.max(...truth.gradients[at].map(Math.abs))).toBeGreaterThan(1e-3);
      expect(largestDifference(ours.gradients[at], truth.gradients[at])).toBeLessThan(1e-5);
    }
  });

  it('plain scoring is transformers’ loss of the case', async () => {
    const folder = join(qwen2VLFixtures, 'small', 'video');
    const inputs = await openSafetensors(join(folder, 'inputs.safetensors'));
    const outputs = await openSafetensors(join(folder, 'outputs.safetensors'));
    const ids = Array.from(inputs.read('input_ids').data, Number);
    const labels = Array.from(inputs.read('labels').data, Number);
    const targets = labels.filter((label) => label !== -100);
    const promptIds = ids.slice(0, ids.length - targets.length);
    const [[embedding]] = await mediaOfCase(model, folder, [promptIds]);
    const at = promptIds.indexOf(embedding.geometry.placeholderId);
    const behind = promptIds.slice(at + embedding.geometry.tokens);
    const options = { prefixIds: promptIds.slice(0, at), branches: 1, batchSize: 1 };
    const wanted = Number(outputs.read('loss').data[0]);
    const slopes = outputs.read('grad_encoder_output').data as Float32Array;
    for (const create of [createPlainScorer, createPackedScorer]) {
      const scorer = await create(model, options);
      const scores = await scorer.score([
        { embedding, branches: [{ promptIds: behind, targetIds: targets }] },
      ]);
      expect(scores.branchNll[0][0] / targets.length).toBeCloseTo(wanted, 4);
      const gradient = scores.gradients[0].map((value) => value / targets.length);
      expect(largestDifference(gradient, slopes)).toBeLessThan(1e-5);
      await scorer.release();
    }
    inputs.close();
    outputs.close();
  });
});
