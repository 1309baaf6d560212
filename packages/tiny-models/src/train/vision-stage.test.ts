import { createEngine, type Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { colours } from '../world/colours.js';
import { concepts } from '../world/concepts.js';
import { styles } from '../world/styles.js';
import { tinyLlavaConfig } from './checkpoint-folder.js';
import { initialWeights } from './initial-weights.js';
import { buildVisionProgram } from './vision-stage.js';

describe('the vision program', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ threads: 1 });
  });
  afterAll(() => engine.dispose());

  const batch = 2;
  const { graph, shapes } = buildVisionProgram(tinyLlavaConfig(), batch);
  const feeds = {
    pixel_values: Float32Array.from({ length: batch * 3 * 32 * 32 }, (_, i) => Math.sin(i)),
    'label.concept': Int32Array.of(3, 20),
    'label.style': Int32Array.of(0, 3),
    'label.colour': Int32Array.of(1, 5),
  };

  it('has, with heads of zeros, the loss of guessing', async () => {
    const weights = initialWeights(shapes, new Rng(1), 0.1);
    for (const [name, values] of weights) if (name.startsWith('head.')) values.fill(0);
    const session = await engine.compile(graph);
    const { loss } = await session.run({ ...feeds, ...Object.fromEntries(weights) });
    const guessing =
      Math.log(concepts.length) + 0.5 * Math.log(styles.length) + 0.5 * Math.log(colours.length);
    expect(loss.data[0]).toBeCloseTo(guessing, 4);
    await session.release();
  });

  it('gives the gradient that a central difference gives', async () => {
    const weights = initialWeights(shapes, new Rng(2), 0.1);
    const session = await engine.compile(graph);
    const run = () => session.run({ ...feeds, ...Object.fromEntries(weights) });
    const exact = await run();
    for (const name of ['head.concept.weight', 'vision_tower.vision_model.encoder.layers.1.mlp.fc1.weight']) {
      const values = weights.get(name) ?? new Float32Array();
      const gradient = exact[`grad.${name}`].data as Float32Array;
      const at = gradient.reduce((best, g, i) => (Math.abs(g) > Math.abs(gradient[best]) ? i : best), 0);
      const [before, step] = [values[at], 0.01];
      values[at] = before + step;
      const up = Number((await run())['loss'].data[0]);
      values[at] = before - step;
      const down = Number((await run())['loss'].data[0]);
      values[at] = before;
      expect((up - down) / (2 * step), name).toBeCloseTo(gradient[at], 2);
      expect(Math.abs(gradient[at])).toBeGreaterThan(0.02);
    }
    await session.release();
  });
});

describe('initialWeights', () => {
  it('sets norms to 1, biases to 0 and depends on the seed and the name only', () => {
    const shapes = new Map([
      ['a.layer_norm1.weight', [4]],
      ['a.pre_layrnorm.weight', [4]],
      ['a.input_layernorm.weight', [4]],
      ['a.fc1.bias', [4]],
      ['a.fc1.weight', [40, 50]],
    ]);
    const weights = initialWeights(shapes, new Rng(1), 0.05);
    for (const name of ['a.layer_norm1.weight', 'a.pre_layrnorm.weight', 'a.input_layernorm.weight']) {
      expect([...(weights.get(name) ?? [])]).toEqual([1, 1, 1, 1]);
    }
    expect([...(weights.get('a.fc1.bias') ?? [])]).toEqual([0, 0, 0, 0]);
    const matrix = weights.get('a.fc1.weight') ?? new Float32Array();
    const deviation = Math.sqrt(matrix.reduce((sum, v) => sum + v * v, 0) / matrix.length);
    expect(deviation).toBeGreaterThan(0.047);
    expect(deviation).toBeLessThan(0.053);
    expect(
      initialWeights(new Map([['a.fc1.weight', [40, 50]]]), new Rng(1), 0.05).get('a.fc1.weight'),
    ).toEqual(matrix);
    expect(initialWeights(shapes, new Rng(2), 0.05).get('a.fc1.weight')).not.toEqual(matrix);
  });
});
