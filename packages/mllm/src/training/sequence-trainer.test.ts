import { join } from 'node:path';
import { add, div, mul, neg, sum, type Engine, type Graph, type Tensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { createPlainScorer } from '../scoring/plain-scorer.js';
import type { Embedding } from '../family/medium-geometry.js';
import { fixtures, nodeEngine, randomEmbedding } from '../testing/checkpoint.fixture.js';
import type { SequenceRow } from './sequence-batch.js';
import type { LossRows } from './sequence-program.js';
import { createSequenceTrainer } from './sequence-trainer.js';
import { initialParameters, mergeParameters, parameterShapes, type TrainableSpec } from './trainable-spec.js';

let engine: Engine;
let model: MultimodalModel;
beforeAll(async () => {
  engine = await nodeEngine();
  model = await loadModel(join(fixtures, 'qwen2_tied_sharded_bf16'), { engine });
});
afterAll(async () => {
  await model.release();
  await engine.dispose();
});

const rng = new Rng('trainer');
const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(50));

/** Mean negative log-likelihood of the target tokens. */
function meanNll(_graph: Graph, { rowLogProb, rowTargets }: LossRows): Tensor {
  return div(neg(sum(rowLogProb)), sum(rowTargets));
}

function row(withMedium: boolean): SequenceRow {
  const { tokens, placeholderId } = model.geometry;
  const media = withMedium ? new Array<number>(tokens).fill(placeholderId) : [];
  return {
    promptIds: [1, ...words(2), ...media, ...words(1 + rng.int(4))],
    targetIds: [...words(1 + rng.int(4)), 2],
    embedding: withMedium ? randomEmbedding(model.geometry, rng) : undefined,
  };
}

const lora: TrainableSpec = { kind: 'lora', rank: 3, alpha: 6, targets: ['q_proj', 'down_proj'] };
const specs: TrainableSpec[] = [
  { kind: 'full' },
  { kind: 'projector' },
  lora,
  { kind: 'tensors', names: ['language_model.model.norm.weight'] },
];

describe('log-probabilities', () => {
  it('are those of plain scoring', async () => {
    const { tokens } = model.geometry;
    const rows = Array.from({ length: 3 }, () => row(true));
    const trainer = await createSequenceTrainer(model, {
      trainable: { kind: 'projector' },
      buildLoss: meanNll,
      rowsPerStep: 2,
    });
    const scores = await trainer.score(rows, initialParameters(model, { kind: 'projector' }, new Rng(1)));
    for (const [at, { promptIds, targetIds, embedding }] of rows.entries()) {
      const plain = await createPlainScorer(model, {
        prefixIds: promptIds.slice(0, 3),
        branches: 1,
        batchSize: 1,
      });
      const branches = [{ promptIds: promptIds.slice(3 + tokens), targetIds }];
      const { branchNll } = await plain.score([{ embedding: embedding as Embedding, branches }]);
      expect(scores[at]).toBeCloseTo(-branchNll[0][0], 4);
      await plain.release();
    }
    await trainer.release();
  });

  it('do not depend on the other rows of a batch, with or without media', async () => {
    const rows = [row(true), row(false), row(true), row(false), row(false)];
    const params = initialParameters(model, { kind: 'full' }, new Rng(1));
    const trainer = await createSequenceTrainer(model, {
      trainable: { kind: 'full' },
      buildLoss: meanNll,
      rowsPerStep: 3,
    });
    const together = await trainer.score(rows, params);
    for (const [at, one] of rows.entries()) {
      expect((await trainer.score([one], params))[0]).toBeCloseTo(together[at], 4);
    }
    const step = await trainer.step(rows.slice(0, 2), params);
    expect(step.rowLogProb).toHaveLength(2);
    expect(step.rowLogProb[1]).toBeCloseTo(together[1], 4);
    const targets = rows[0].targetIds.length + rows[1].targetIds.length;
    expect(step.loss).toBeCloseTo(-(together[0] + together[1]) / targets, 4);
    await trainer.release();
  });

  it('in-graph LoRA equals merged weights', async () => {
    const params = initialParameters(model, lora, new Rng(5));
    for (const [name, values] of params) {
      if (name.endsWith('lora_B')) values.forEach((_, at) => (values[at] = 0.1 * rng.normal()));
    }
    const rows = [row(true), row(false)];
    const options = { buildLoss: meanNll, rowsPerStep: 2 };
    const adapted = await createSequenceTrainer(model, { ...options, trainable: lora });
    const merged = model.withOverrides(mergeParameters(model, lora, params));
    const projector: TrainableSpec = { kind: 'projector' };
    const reference = await createSequenceTrainer(merged, { ...options, trainable: projector });
    const before = await createSequenceTrainer(model, { ...options, trainable: projector });
    const start = initialParameters(model, projector, new Rng(1));
    const ours = await adapted.score(rows, params);
    const truth = await reference.score(rows, start);
    expect(ours[0]).toBeCloseTo(truth[0], 4);
    expect(ours[1]).toBeCloseTo(truth[1], 4);
    expect(Math.abs(ours[0] - (await before.score(rows, start))[0])).toBeGreaterThan(0.01);
    await Promise.all([adapted.release(), reference.release(), before.release(), merged.release()]);
    expect(merged.hash).not.toBe(model.hash);
  });
});

describe('gradients', () => {
  it.each(specs)('of $kind are slopes of the loss', async (trainable) => {
    const params = initialParameters(model, trainable, new Rng(2));
    for (const [name, values] of params) {
      if (name.endsWith('lora_B')) values.forEach((_, at) => (values[at] = 0.1 * rng.normal()));
    }
    const rows = [row(true), row(false)];
    const trainer = await createSequenceTrainer(model, { trainable, buildLoss: meanNll, rowsPerStep: 2 });
    const { gradients } = await trainer.step(rows, params);
    expect([...gradients.keys()]).toEqual([...parameterShapes(model, trainable).keys()]);
    for (const [name, gradient] of gradients) {
      const norm = Math.hypot(...gradient);
      if (norm < 1e-3) continue;
      const at = async (step: number): Promise<number> => {
        const moved = new Map(params);
        const values = (params.get(name) as Float32Array).map(
          (value, i) => value + (step * gradient[i]) / norm,
        );
        moved.set(name, values);
        return (await trainer.step(rows, moved)).loss;
      };
      const step = 0.01 * Math.min(1, 1 / norm);
      const slope = ((await at(step)) - (await at(-step))) / (2 * step);
      expect(slope / norm, name).toBeCloseTo(1, 1);
    }
    await trainer.release();
  });

  it('of the projector are zero for text rows', async () => {
    const trainable: TrainableSpec = { kind: 'projector' };
    const params = initialParameters(model, trainable, new Rng(2));
    const trainer = await createSequenceTrainer(model, { trainable, buildLoss: meanNll, rowsPerStep: 2 });
    const { gradients, loss } = await trainer.step([row(false)], params);
    expect(loss).toBeGreaterThan(0);
    for (const [name, gradient] of gradients) {
      expect(gradient.length).toBe((params.get(name) as Float32Array).length);
      expect(gradient.every((value) => value === 0)).toBe(true);
    }
    await trainer.release();
  });

  it('extra inputs reach the loss', async () => {
    const trainable: TrainableSpec = { kind: 'projector' };
    const params = initialParameters(model, trainable, new Rng(2));
    const trainer = await createSequenceTrainer(model, {
      trainable,
      rowsPerStep: 2,
      extraInputs: { weight: [2], shift: [] },
      buildLoss: (_graph, { rowLogProb, inputs }) =>
        add(sum(mul(rowLogProb, inputs['weight'])), inputs['shift']),
    });
    const rows = [row(true), row(true)];
    const step = await trainer.step(rows, params, {
      weight: Float32Array.of(2, -1),
      shift: Float32Array.of(5),
    });
    expect(step.loss).toBeCloseTo(2 * step.rowLogProb[0] - step.rowLogProb[1] + 5, 3);
    await trainer.release();
  });
});

describe('parameters', () => {
  it('full is everything but the encoder, tied embeddings once', () => {
    const names = [...parameterShapes(model, { kind: 'full' }).keys()];
    expect(names.some((name) => name.startsWith('vision_tower.'))).toBe(false);
    expect(names).toContain('language_model.model.embed_tokens.weight');
    expect(names).not.toContain('language_model.lm_head.weight');
    // 3 layers of 4 linear + 3 biases + 3 mlp + 2 norms, embed_tokens, norm, projector's 4.
    expect(names).toHaveLength(3 * 12 + 2 + 4);
  });

  it('LoRA starts at the model itself', () => {
    const params = initialParameters(model, lora, new Rng(3));
    expect(params.size).toBe(2 * 2 * 3);
    const a = params.get('language_model.model.layers.0.self_attn.q_proj.lora_A') as Float32Array;
    expect(a).toHaveLength(3 * 40);
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(40));
    const merged = mergeParameters(model, lora, params);
    const name = 'language_model.model.layers.0.self_attn.q_proj.weight';
    expect(merged.get(name)?.data).toEqual(model.weights.get(name).data);
    expect(merged.size).toBe(6);
  });

  it('refuses the encoder, unknown names, and targets that match nothing', () => {
    const tensors = (names: string[]) => () => parameterShapes(model, { kind: 'tensors', names });
    expect(tensors(['vision_tower.vision_model.pre_layrnorm.weight'])).toThrow(/modality encoder is frozen/);
    expect(tensors(['nothing'])).toThrow(/no such tensor/);
    expect(() => parameterShapes(model, { ...lora, targets: ['q_proj', 'fc1'] } as TrainableSpec)).toThrow(
      /match no module: fc1/,
    );
    expect(() => parameterShapes(model, { ...lora, rank: 0 } as TrainableSpec)).toThrow(/rank/);
  });
});

it('refuses rows that do not fit', async () => {
  const trainable: TrainableSpec = { kind: 'projector' };
  const params = initialParameters(model, trainable, new Rng(2));
  const trainer = await createSequenceTrainer(model, {
    trainable,
    buildLoss: meanNll,
    rowsPerStep: 2,
    maxLength: 20,
  });
  const good = row(false);
  await expect(trainer.step([good, good, good], params)).rejects.toThrow(/1 to 2 rows, got 3/);
  await expect(trainer.step([{ ...good, targetIds: words(30) }], params)).rejects.toThrow(/limit of 20/);
  await expect(trainer.step([{ ...good, promptIds: [99] }], params)).rejects.toThrow(
    /outside the vocabulary of 61/,
  );
  await expect(trainer.step([{ ...good, promptIds: [1, 7] }], params)).rejects.toThrow(/1 modality tokens/);
  await expect(trainer.step([good], new Map())).resolves.toBeDefined();
  await expect(trainer.step([row(true)], new Map())).rejects.toThrow(/has no value/);
  await trainer.release();
});
