import { cpSync } from 'node:fs';
import { join } from 'node:path';
import {
  createEngine,
  div,
  fromFloat32,
  neg,
  openSafetensors,
  sum,
  writeSafetensors,
  type Engine,
  type Precision,
  type WritableTensor,
} from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckpointModel } from '../checkpoint-model.js';
import { builtInFamilies } from '../family/built-in-families.js';
import { readArchitecture } from '../family/read-architecture.js';
import { loadWeightless } from '../load-model.js';
import { createPackedScorer } from '../scoring/packed-scorer.js';
import { fixtures, randomEmbedding, temporaryFolder } from '../testing/checkpoint.fixture.js';
import { createSequenceTrainer } from '../training/sequence-trainer.js';
import { initialParameters, type TrainableSpec } from '../training/trainable-spec.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { CheckpointWeights } from './model-weights.js';

/**
 * What docs/support.md states for half precision: the relative error of a loss, and that of a gradient as a vector. float16 rounds to
 * 5e-4; some dozens of such roundings follow one another here.
 */
const tolerance = { loss: 2e-3, gradient: 1e-2 };

const { folder, remove } = temporaryFolder();
const engines: Engine[] = [];
afterAll(async () => {
  for (const engine of engines) await engine.dispose();
  remove();
});

/** The fixture with its weights stored in float16. */
async function inFloat16(name: string): Promise<string> {
  const copy = join(folder, name);
  cpSync(join(fixtures, name), copy, { recursive: true });
  const file = await openSafetensors(copy);
  const tensors = file.names().map((each): [string, WritableTensor] => {
    const { shape } = file.info(each);
    return [each, fromFloat32(file.readFloat32(each), shape, 'float16')];
  });
  file.close();
  await writeSafetensors(join(copy, 'model.safetensors'), tensors);
  return copy;
}

/** A model whose weights stay as narrow as they are stored, whatever its size. */
async function narrowModel(path: string, precision: Precision): Promise<CheckpointModel> {
  const engine = await createEngine({ backend: 'onnxruntime-node', device: 'cpu', precision });
  engines.push(engine);
  const architecture = await readArchitecture(path, builtInFamilies);
  const file = await openSafetensors(path);
  const { storedNames, hash } = checkCheckpoint(file, architecture.architecture, architecture.config);
  const parts = await loadWeightless(path, architecture, undefined);
  return CheckpointModel.create(
    { ...parts, engine, close: () => file.close() },
    new CheckpointWeights(file, storedNames, 0),
    hash,
  );
}

const relative = (got: ArrayLike<number>, truth: ArrayLike<number>): number =>
  Math.hypot(...Array.from(truth, (value, at) => got[at] - value)) / Math.hypot(...Array.from(truth));

describe.each(['llama_llama3rope_full', 'qwen2_tied_sharded_bf16'])('%s in half precision', (name) => {
  const path = name.endsWith('bf16') ? Promise.resolve(join(fixtures, name)) : inFloat16(name);
  const models = async () => [
    await narrowModel(await path, 'float16'),
    await narrowModel(await path, 'float32'),
  ];

  it('scores embeddings within the stated tolerance of float32', async () => {
    const [half, wide] = await models();
    const rng = new Rng('half');
    const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(50));
    const members = Array.from({ length: 3 }, () => ({
      embedding: randomEmbedding(half.geometry, rng),
      branches: [5, 3].map((count) => ({ promptIds: words(count), targetIds: words(count + 2) })),
    }));
    const score = async (model: CheckpointModel) => {
      const scorer = await createPackedScorer(model, { prefixIds: [1, 9], batchSize: 2, branches: 2 });
      const scores = await scorer.score(members);
      await scorer.release();
      return scores;
    };
    const [ours, truth] = [await score(half), await score(wide)];
    let largest = 0;
    for (let at = 0; at < members.length; at++) {
      const loss = relative(ours.branchNll[at], truth.branchNll[at]);
      const gradient = relative(ours.gradients[at], truth.gradients[at]);
      expect(loss).toBeLessThan(tolerance.loss);
      expect(gradient).toBeLessThan(tolerance.gradient);
      largest = Math.max(largest, gradient);
    }
    // It did compute in half precision.
    expect(largest).toBeGreaterThan(1e-5);
    await Promise.all([half.release(), wide.release()]);
  });

  it('trains LoRA likewise, however small the loss is weighed', async () => {
    const [half, wide] = await models();
    const trainable: TrainableSpec = { kind: 'lora', rank: 3, alpha: 6, targets: ['q_proj', 'down_proj'] };
    const rng = new Rng('half training');
    const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(50));
    const rows = [5, 7].map((count) => ({ promptIds: [1, ...words(count)], targetIds: words(4) }));
    const parameters = initialParameters(half, trainable, rng);
    for (const [key, values] of parameters) {
      if (key.endsWith('lora_B')) values.forEach((_, at) => (values[at] = 0.1 * rng.normal()));
    }
    const step = async (model: CheckpointModel) => {
      const trainer = await createSequenceTrainer(model, {
        trainable,
        rowsPerStep: 2,
        // Gradients of 1e-7 and less are zero in float16 as it is.
        buildLoss: (_graph, { rowLogProb }) => div(neg(sum(rowLogProb)), 1e9),
      });
      const result = await trainer.step(rows, parameters);
      await trainer.release();
      return result;
    };
    const [ours, truth] = [await step(half), await step(wide)];
    expect(relative([ours.loss], [truth.loss])).toBeLessThan(tolerance.loss);
    for (const [key, gradient] of truth.gradients) {
      expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-7);
      expect(Math.hypot(...gradient)).toBeGreaterThan(0);
      expect(relative(ours.gradients.get(key)!, gradient), key).toBeLessThan(tolerance.gradient);
    }
    await Promise.all([half.release(), wide.release()]);
  });
});
