import { join } from 'node:path';
import type { Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { fixtureModels, fixtures, nodeEngine, randomEmbedding } from '../testing/checkpoint.fixture.js';
import type { PackedBranch, PackedMember } from './control-scores.js';
import { createPackedScorer } from './packed-scorer.js';
import { createPlainScorer } from './plain-scorer.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(() => engine.dispose());

const rng = new Rng('packed');
const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(50));

function member(model: MultimodalModel, branches: PackedBranch[]): PackedMember {
  return { embedding: randomEmbedding(model.geometry, rng), branches };
}

const branch = (): PackedBranch => ({
  promptIds: words(1 + rng.int(6)),
  targetIds: [...words(1 + rng.int(5)), 2],
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a, (value, at) => Math.abs(value - b[at])).reduce(
    (most, value) => Math.max(most, value),
    0,
  );
}

describe.each(fixtureModels)('packed scores of %s equal plain ones', (name) => {
  let model: MultimodalModel;
  beforeAll(async () => {
    model = await loadModel(join(fixtures, name), { engine });
  });
  afterAll(() => model.release());

  it.each([
    [2, [1, 9, 10]],
    [8, [1, 9, 10]],
    [1, [1]],
    [2, []],
  ])('with %i control samples behind the prefix %j', async (branches, prefixIds) => {
    const members = Array.from({ length: 3 }, () => member(model, Array.from({ length: branches }, branch)));
    const options = { prefixIds, branches, batchSize: 2 };
    const packed = await createPackedScorer(model, options);
    const plain = await createPlainScorer(model, options);
    const ours = await packed.score(members);
    const truth = await plain.score(members);
    await packed.release();
    await plain.release();
    for (let at = 0; at < members.length; at++) {
      expect(Math.max(...truth.branchNll[at])).toBeGreaterThan(1);
      expect(largestDifference(ours.branchNll[at], truth.branchNll[at])).toBeLessThan(1e-5);
      const steepest = Math.max(...truth.gradients[at].map(Math.abs));
      expect(steepest).toBeGreaterThan(1e-3);
      expect(largestDifference(ours.gradients[at], truth.gradients[at])).toBeLessThan(1e-5);
    }
  });
});

it('control samples that begin alike share what they have in common, to the same scores', async () => {
  const model = await loadModel(join(fixtures, 'mistral_window_two_layers'), { engine });
  const promptIds = words(4);
  const answer = words(3);
  const members = [
    member(model, [
      { promptIds, targetIds: [...answer, 12, 2] },
      { promptIds, targetIds: [...answer, 13, 14, 2] },
      { promptIds: promptIds.slice(0, 2), targetIds: answer },
      { promptIds, targetIds: [...answer, 12, 2] },
    ]),
  ];
  const options = { prefixIds: [1, 9], branches: 4, batchSize: 1 };
  const packed = await createPackedScorer(model, options);
  const plain = await createPlainScorer(model, options);
  const ours = await packed.score(members);
  const truth = await plain.score(members);
  expect(largestDifference(ours.branchNll[0], truth.branchNll[0])).toBeLessThan(1e-5);
  expect(largestDifference(ours.gradients[0], truth.gradients[0])).toBeLessThan(1e-5);
  await Promise.all([packed.release(), plain.release()]);
  await model.release();
});

describe('packed scoring', () => {
  let model: MultimodalModel;
  beforeAll(async () => {
    model = await loadModel(join(fixtures, 'llama_llama3rope_full'), { engine });
  });
  afterAll(() => model.release());

  it('a branch without a prompt is predicted by the last token of E', async () => {
    const members = [member(model, [{ promptIds: [], targetIds: [11, 2] }, branch()])];
    const options = { prefixIds: [1], branches: 2, batchSize: 1 };
    const packed = await createPackedScorer(model, options);
    const plain = await createPlainScorer(model, options);
    const ours = await packed.score(members);
    const truth = await plain.score(members);
    expect(largestDifference(ours.branchNll[0], truth.branchNll[0])).toBeLessThan(1e-4);
    expect(largestDifference(ours.gradients[0], truth.gradients[0])).toBeLessThan(1e-5);
    await packed.release();
    await plain.release();
  });

  it('the gradient is the slope of the mean over branches', async () => {
    const one = member(model, [branch(), branch()]);
    const scorer = await createPackedScorer(model, { prefixIds: [1, 12], branches: 2, batchSize: 1 });
    const { gradients } = await scorer.score([one]);
    const direction = gradients[0].map((value) => value / Math.hypot(...gradients[0]));
    const lossAt = async (step: number): Promise<number> => {
      const { values, geometry } = one.embedding;
      const embedding = { values: values.map((value, at) => value + step * direction[at]), geometry };
      const { branchNll } = await scorer.score([{ ...one, embedding }]);
      return (branchNll[0][0] + branchNll[0][1]) / 2;
    };
    const slope = ((await lossAt(0.02)) - (await lossAt(-0.02))) / 0.04;
    expect(slope / Math.hypot(...gradients[0])).toBeCloseTo(1, 2);
    await scorer.release();
  });

  it('a result does not depend on its companions, their order or the batch size', async () => {
    const members = Array.from({ length: 5 }, () => member(model, [branch(), branch()]));
    const options = { prefixIds: [1, 12], branches: 2 };
    const alone = await createPackedScorer(model, { ...options, batchSize: 1 });
    const together = await createPackedScorer(model, { ...options, batchSize: 4 });
    const reversed = await together.score([...members].reverse());
    for (let at = 0; at < members.length; at++) {
      const single = await alone.score([members[at]]);
      const place = members.length - 1 - at;
      expect(largestDifference(reversed.branchNll[place], single.branchNll[0])).toBeLessThan(1e-5);
      expect(largestDifference(reversed.gradients[place], single.gradients[0])).toBeLessThan(1e-6);
    }
    await alone.release();
    await together.release();
  });

  it('refuses what does not fit', async () => {
    const options = { prefixIds: [1], branches: 2, batchSize: 1 };
    const scorer = await createPackedScorer(model, options);
    await expect(scorer.score([member(model, [branch()])])).rejects.toThrow(
      /1 branches; the scorer was made for 2/,
    );
    const empty = member(model, [branch(), { promptIds: [9], targetIds: [] }]);
    await expect(scorer.score([empty])).rejects.toThrow(/no target tokens/);
    const short = {
      ...member(model, [branch(), branch()]),
      embedding: { values: new Float32Array(3), geometry: model.geometry },
    };
    await expect(scorer.score([short])).rejects.toThrow(/3 values; 240 were expected/);
    await expect(createPackedScorer(model, { ...options, prefixIds: [7] })).rejects.toThrow(/no text token/);
    await expect(createPackedScorer(model, { ...options, batchSize: 0 })).rejects.toThrow(/batchSize/);
    await scorer.release();
  });
});
