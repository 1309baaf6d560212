import { join } from 'node:path';
import { div, neg, openSafetensors, sum, type Engine, type Graph, type Tensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { saveCheckpoint } from '../save-checkpoint.js';
import { audioFixtures } from '../testing/audio.fixture.js';
import { nodeEngine, randomEmbedding, temporaryFolder } from '../testing/checkpoint.fixture.js';
import type { SequenceRow } from '../training/sequence-batch.js';
import type { LossRows } from '../training/sequence-program.js';
import { createSequenceTrainer } from '../training/sequence-trainer.js';
import { initialParameters, parameterShapes, type TrainableSpec } from '../training/trainable-spec.js';

const temporary = temporaryFolder();
let engine: Engine;
let model: MultimodalModel;
beforeAll(async () => {
  engine = await nodeEngine();
  model = await loadModel(join(audioFixtures, 'odd_window_tied_f16'), { engine });
});
afterAll(async () => {
  await model.release();
  await engine.dispose();
  temporary.remove();
});

const rng = new Rng('qwen2-audio');
const words = (count: number): number[] => Array.from({ length: count }, () => 8 + rng.int(50));
const projector = ['multi_modal_projector.linear.weight', 'multi_modal_projector.linear.bias'];

describe('training', () => {
  const meanNll = (_graph: Graph, { rowLogProb, rowTargets }: LossRows): Tensor =>
    div(neg(sum(rowLogProb)), sum(rowTargets));

  function row(...keys: string[]): SequenceRow {
    const geometries = keys.map((key) => model.geometryOf(key));
    const sounds = geometries.flatMap(({ tokens, placeholderId }) => [
      ...new Array<number>(tokens).fill(placeholderId),
      ...words(2),
    ]);
    return {
      promptIds: [...words(2), ...sounds],
      targetIds: [...words(3), 2],
      embedding: geometries.map((geometry) => randomEmbedding(geometry, rng)),
    };
  }

  it.each<TrainableSpec>([
    { kind: 'full' },
    { kind: 'projector' },
    { kind: 'lora', rank: 2, alpha: 4, targets: ['q_proj', 'down_proj', 'multi_modal_projector.linear'] },
  ])('gradients of $kind are slopes of the loss', async (trainable) => {
    const params = initialParameters(model, trainable, new Rng(2));
    for (const [name, values] of params) {
      if (name.endsWith('lora_B')) values.forEach((_, at) => (values[at] = 0.1 * rng.normal()));
    }
    const rows = [row('audio 3', 'audio 6'), row('audio 4'), row()];
    const trainer = await createSequenceTrainer(model, { trainable, buildLoss: meanNll, rowsPerStep: 3 });
    const { gradients } = await trainer.step(rows, params);
    expect([...gradients.keys()]).toEqual([...parameterShapes(model, trainable).keys()]);
    expect([...gradients.keys()].some((name) => name.includes('multi_modal_projector'))).toBe(true);
    let checked = 0;
    for (const [name, gradient] of gradients) {
      const norm = Math.hypot(...gradient);
      if (norm < 1e-3) continue;
      const at = async (step: number): Promise<number> => {
        const start = params.get(name) as Float32Array;
        const values = start.map((value, i) => value + (step * gradient[i]) / norm);
        return (await trainer.step(rows, new Map(params).set(name, values))).loss;
      };
      const step = 0.01 * Math.min(1, 1 / norm);
      expect(((await at(step)) - (await at(-step))) / (2 * step) / norm, name).toBeCloseTo(1, 1);
      checked++;
    }
    expect(checked).toBeGreaterThanOrEqual(trainable.kind === 'projector' ? 2 : 6);
    await trainer.release();
  });

  it('full training leaves the encoder alone; the projector is one linear map', () => {
    const names = [...parameterShapes(model, { kind: 'full' }).keys()];
    expect(names.some((name) => name.startsWith('audio_tower.'))).toBe(false);
    expect([...parameterShapes(model, { kind: 'projector' }).keys()]).toEqual(projector);
  });

  it('a saved checkpoint has the published names, and the changed weight', async () => {
    const folder = join(temporary.folder, 'saved');
    const bias = new Float32Array(40).fill(0.5);
    await saveCheckpoint(
      model,
      new Map([[projector[1], { data: bias, shape: [40], dtype: 'float32' }]]),
      folder,
    );
    const file = await openSafetensors(folder);
    expect(file.names()).toEqual(
      expect.arrayContaining([
        'audio_tower.layers.0.self_attn.k_proj.weight',
        'language_model.model.layers.0.self_attn.q_proj.weight',
        ...projector,
      ]),
    );
    expect(Array.from(file.read(projector[1]).data as Float32Array)).toEqual([...bias]);
    file.close();
    await (await loadModel(folder, { engine })).release();
  });
});
