import { join } from 'node:path';
import { div, neg, sum, type Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedding, MediumGeometry } from '../family/medium-geometry.js';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { createPackedScorer } from '../scoring/packed-scorer.js';
import { createPlainScorer } from '../scoring/plain-scorer.js';
import { fixtures, nextFixture, nodeEngine, randomEmbedding } from '../testing/checkpoint.fixture.js';
import type { SequenceRow } from '../training/sequence-batch.js';
import { createSequenceTrainer } from '../training/sequence-trainer.js';
import { initialParameters } from '../training/trainable-spec.js';

let engine: Engine;
let model: MultimodalModel;
beforeAll(async () => {
  engine = await nodeEngine();
  model = await loadModel(join(fixtures, nextFixture), { engine });
});
afterAll(async () => {
  await model.release();
  await engine.dispose();
});

const rng = new Rng('llava-next');
const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(50));
const blank = async (width: number, height: number) => model.blankMedium({ width, height });
const geometries = async (): Promise<MediumGeometry[]> => [
  (await blank(24, 24)).geometry,
  (await blank(60, 11)).geometry,
  (await blank(10, 60)).geometry,
];

function expectClose(ours: ArrayLike<number>, truth: ArrayLike<number>): void {
  expect(ours.length).toBe(truth.length);
  for (let at = 0; at < ours.length; at++) expect(Math.abs(ours[at] - truth[at])).toBeLessThan(1e-4);
}

describe('images of several sizes together', () => {
  it('are encoded and projected as each by itself, order kept', async () => {
    const noisy = (width: number, height: number) => ({
      data: Uint8Array.from({ length: width * height * 3 }, () => rng.int(256)),
      width,
      height,
      channels: 3 as const,
    });
    const images = [noisy(60, 11), noisy(24, 24), noisy(61, 12), noisy(10, 60), noisy(24, 24)];
    const prepared = await Promise.all(images.map((image) => model.preprocess(image)));
    expect(new Set(prepared.map(({ geometry }) => geometry.key)).size).toBeGreaterThan(2);
    const together = await model.encode(prepared);
    const projected = await model.project(together);
    for (const [at, medium] of prepared.entries()) {
      const [alone] = await model.encode([medium]);
      expect(together[at].geometry).toEqual(medium.geometry);
      expectClose(together[at].values, alone.values);
      const [rows] = await model.project([alone]);
      expect(rows).toHaveLength(medium.geometry.tokens * 40);
      expectClose(projected[at], rows);
    }
  });

  it('are scored packed as plain', async () => {
    const branch = () => ({ promptIds: words(1 + rng.int(4)), targetIds: [...words(1 + rng.int(4)), 2] });
    const members = (await geometries()).map((geometry) => ({
      embedding: randomEmbedding(geometry, rng, 0.5),
      branches: [branch(), branch()],
    }));
    const options = { prefixIds: [1, 12], branches: 2, batchSize: 2 };
    const packed = await createPackedScorer(model, options);
    const plain = await createPlainScorer(model, options);
    const ours = await packed.score(members);
    const truth = await plain.score(members);
    members.forEach(({ embedding }, at) => {
      expectClose(ours.branchNll[at], truth.branchNll[at]);
      expect(ours.gradients[at]).toHaveLength(embedding.values.length);
      expectClose(ours.gradients[at], truth.gradients[at]);
      expect(Math.max(...truth.gradients[at].map(Math.abs))).toBeGreaterThan(1e-3);
    });
    await packed.release();
    await plain.release();
  });

  it('train in one step, and say as much as each by itself', async () => {
    const embeddings = (await geometries()).map((geometry) => randomEmbedding(geometry, rng, 0.5));
    const rowOf = (...media: Embedding[]): SequenceRow => ({
      promptIds: [
        1,
        ...words(2),
        ...media.flatMap(({ geometry }) => new Array<number>(geometry.tokens).fill(geometry.placeholderId)),
        ...words(3),
      ],
      targetIds: [...words(2), 2],
      embedding: media,
    });
    const rows = [rowOf(embeddings[0]), rowOf(embeddings[2], embeddings[1]), rowOf(), rowOf(embeddings[1])];
    const trainable = { kind: 'projector' } as const;
    const params = initialParameters(model, trainable, new Rng(1));
    // The newline embedding belongs to the projector.
    expect([...params.keys()]).toContain('image_newline');
    const trainer = await createSequenceTrainer(model, {
      trainable,
      rowsPerStep: 4,
      buildLoss: (_graph, { rowLogProb, rowTargets }) => div(neg(sum(rowLogProb)), sum(rowTargets)),
    });
    const { rowLogProb, gradients } = await trainer.step(rows, params);
    for (const [at, row] of rows.entries()) {
      expect((await trainer.score([row], params))[0]).toBeCloseTo(rowLogProb[at], 3);
    }
    expect(Math.max(...(gradients.get('image_newline') ?? []).map(Math.abs))).toBeGreaterThan(1e-4);
    await trainer.release();
  });

  it('a prompt and an embedding of different geometries do not go together', async () => {
    const [square, wide] = await geometries();
    const promptIds = [1, ...new Array<number>(square.tokens).fill(square.placeholderId), 9];
    const request = { promptIds, embedding: randomEmbedding(wide, rng) };
    await expect(model.generate([request], { maxNewTokens: 1 })).rejects.toThrow(
      new RegExp(`holds ${square.tokens} modality tokens.*stand for ${wide.tokens}.*tiles`),
    );
  });
});
