import { join } from 'node:path';
import { div, neg, openSafetensors, sum, type Engine, type Graph, type Tensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { saveCheckpoint } from '../save-checkpoint.js';
import { nodeEngine, randomEmbedding, temporaryFolder } from '../testing/checkpoint.fixture.js';
import type { SequenceRow } from '../training/sequence-batch.js';
import type { LossRows } from '../training/sequence-program.js';
import { createSequenceTrainer } from '../training/sequence-trainer.js';
import { initialParameters, parameterShapes, type TrainableSpec } from '../training/trainable-spec.js';
import { qwen2VLFixtures } from './processing.fixture.js';

const temporary = temporaryFolder();
afterAll(() => temporary.remove());
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

describe('training', () => {
  const meanNll = (_graph: Graph, { rowLogProb, rowTargets }: LossRows): Tensor =>
    div(neg(sum(rowLogProb)), sum(rowTargets));

  function row(...keys: string[]): SequenceRow {
    const geometries = keys.map((key) => model.geometryOf(key));
    return {
      promptIds: [
        ...words(2),
        ...geometries.flatMap(({ tokens, placeholderId }) => [
          ...new Array<number>(tokens).fill(placeholderId),
          ...words(2),
        ]),
      ],
      targetIds: [...words(3), 2],
      embedding: geometries.map((geometry) => randomEmbedding(geometry, rng)),
    };
  }

  it.each<TrainableSpec>([
    { kind: 'full' },
    { kind: 'projector' },
    { kind: 'lora', rank: 2, alpha: 4, targets: ['q_proj', 'down_proj', 'mlp.2'] },
  ])('gradients of $kind are slopes of the loss', async (trainable) => {
    const params = initialParameters(model, trainable, new Rng(2));
    for (const [name, values] of params) {
      if (name.endsWith('lora_B')) values.forEach((_, at) => (values[at] = 0.1 * rng.normal()));
    }
    const rows = [row('video 2x2x4', 'image 4x2'), row('image 2x4'), row()];
    const trainer = await createSequenceTrainer(model, { trainable, buildLoss: meanNll, rowsPerStep: 3 });
    const { gradients } = await trainer.step(rows, params);
    expect([...gradients.keys()]).toEqual([...parameterShapes(model, trainable).keys()]);
    let checked = 0;
    for (const [name, gradient] of gradients) {
      const norm = Math.hypot(...gradient);
      if (norm < 1e-3) continue;
      const at = async (step: number): Promise<number> => {
        const values = (params.get(name) as Float32Array).map(
          (value, i) => value + (step * gradient[i]) / norm,
        );
        return (await trainer.step(rows, new Map(params).set(name, values))).loss;
      };
      const step = 0.01 * Math.min(1, 1 / norm);
      expect(((await at(step)) - (await at(-step))) / (2 * step) / norm, name).toBeCloseTo(1, 1);
      checked++;
    }
    expect(checked).toBeGreaterThan(4);
    await trainer.release();
  });

  it('full training leaves the encoder alone, and knows the merger as projector', () => {
    const names = [...parameterShapes(model, { kind: 'full' }).keys()];
    expect(names.some((name) => name.startsWith('visual.blocks.'))).toBe(false);
    expect([...parameterShapes(model, { kind: 'projector' }).keys()]).toEqual(
      ['ln_q.weight', 'ln_q.bias', 'mlp.0.weight', 'mlp.0.bias', 'mlp.2.weight', 'mlp.2.bias'].map(
        (part) => `visual.merger.${part}`,
      ),
    );
  });

  it('a saved checkpoint has the published names', async () => {
    const own = await loadModel(join(qwen2VLFixtures, 'tied_bf16_module_names'), { engine });
    const folder = join(temporary.folder, 'saved');
    await saveCheckpoint(own, new Map(), folder);
    const file = await openSafetensors(folder);
    expect(file.names()).toContain('visual.blocks.0.attn.qkv.weight');
    expect(file.names()).toContain('model.layers.0.self_attn.q_proj.weight');
    expect(file.names().some((name) => name.startsWith('model.visual.') || name.startsWith('lm_head'))).toBe(
      false,
    );
    file.close();
    await own.release();
    await (await loadModel(folder, { engine })).release();
  });
});
