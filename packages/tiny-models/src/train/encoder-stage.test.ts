import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createEngine, Graph, mul, type Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { renderings } from '../data/splits.js';
import { concepts } from '../world/concepts.js';
import { toyModalities, type ToyModality } from '../world/modality.js';
import { writeSettings } from './checkpoint-folder.js';
import { buildEncoderProgram, labelFeeds } from './encoder-stage.js';
import { initialWeights } from './initial-weights.js';
import { mediaFeeds } from './rendering-cache.js';
import { headsOf } from './tiny-model.js';
import { tinyModels } from './tiny-models.js';
import { encoderOf } from './train.js';
import { TrainableInputs } from './trainable-inputs.js';

let engine: Engine;
let folder = '';
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'tiny-encoder-'));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The program of a model's encoder, and feeds of two real media. */
async function programOf<M extends ToyModality>(modality: M) {
  const tiny = tinyModels[modality];
  await writeSettings(tiny, folder);
  const packing = await tiny.packing(folder);
  const scenes = renderings('train', { perConcept: 1, seed: 'program', of: concepts.slice(0, 2) }, modality);
  const media = Buffer.concat(await Promise.all(scenes.map((scene) => packing.pack(scene))));
  const heads = headsOf(tiny.world, concepts);
  return {
    ...buildEncoderProgram(await encoderOf(tiny, folder), heads, 2, tiny.spans),
    feeds: { ...mediaFeeds(packing, media, [0, 1]), ...labelFeeds(heads, scenes) },
    heads,
    tiny,
  };
}

describe.each(toyModalities)('the encoder program of %s', (modality) => {
  let made: Awaited<ReturnType<typeof programOf>>;
  beforeAll(async () => {
    made = await programOf(modality);
  });

  it('has, with heads of zeros, the loss of guessing', async () => {
    const { graph, shapes, feeds, heads } = made;
    const weights = initialWeights(shapes, new Rng(1), 0.1);
    for (const [name, values] of weights) if (name.startsWith('head.')) values.fill(0);
    const session = await engine.compile(graph);
    const { loss } = await session.run({ ...feeds, ...Object.fromEntries(weights) });
    const guessing = heads.reduce((sum, { classes, weight }) => sum + weight * Math.log(classes.length), 0);
    expect(loss.data[0]).toBeCloseTo(guessing, 4);
    await session.release();
  });

  it('trains every weight of the encoder and nothing else of the checkpoint', async () => {
    const { shapes, tiny } = made;
    const { required } = tiny.family.expectedTensors(
      tiny.family.parseConfig(tiny.files()['config.json'], 'config.json'),
    );
    const encoder = [...required.keys()].filter((name) => tiny.family.weightRole(name) === 'encoder');
    const trained = [...shapes.keys()].filter((name) => !name.startsWith('head.'));
    // CLIP's last norm is for its class token, which LLaVA leaves out.
    expect(encoder.filter((name) => !trained.includes(name) && !name.includes('post_layernorm'))).toEqual([]);
    expect(trained.filter((name) => !encoder.includes(name))).toEqual([]);
  });

  it('gives the gradient that a central difference gives', async () => {
    const { graph, shapes, feeds } = made;
    const weights = initialWeights(shapes, new Rng(2), 0.1);
    const session = await engine.compile(graph);
    const run = () => session.run({ ...feeds, ...Object.fromEntries(weights) });
    const exact = await run();
    const inside = [...shapes.keys()].find((name) => /[.](layers|blocks)[.]1[.].*fc1[.]weight$/.test(name));
    for (const name of ['head.concept.weight', inside ?? '']) {
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
      expect(Math.abs(gradient[at])).toBeGreaterThan(0.005);
    }
    await session.release();
  });
});

describe('the heads', () => {
  it('see E averaged over each span of rows, spans side by side', async () => {
    const values = Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40);
    const logits = async (spans: number): Promise<number[]> => {
      const { graph, shapes } = buildEncoderProgram(
        (g: Graph, source: TrainableInputs) => mul(g.input('E', [1, 4, 2]), source.weight('one', [1])),
        [{ name: 'h', classes: ['a', 'b'], weight: 1 }],
        1,
        spans,
      );
      const size = (name: string): number => (shapes.get(name) ?? []).reduce((product, n) => product * n, 1);
      const weight = Float32Array.from({ length: size('head.h.weight') }, (_, i) =>
        i < spans * 2 ? 100 ** i : 0,
      );
      const session = await engine.compile(graph);
      const outputs = await session.run({
        E: values,
        one: Float32Array.of(1),
        'head.h.weight': weight,
        'head.h.bias': new Float32Array(2),
        'label.h': Int32Array.of(0),
      });
      await session.release();
      return [...outputs['logits.h'].data].map(Number);
    };
    // Rows (1 2) (3 4) (10 20) (30 40): the mean of all is (11, 16.5); of the halves (2, 3) and (20, 30).
    expect((await logits(1))[0]).toBeCloseTo(11 + 100 * 16.5, 2);
    expect((await logits(2))[0] / (2 + 100 * 3 + 1e4 * 20 + 1e6 * 30)).toBeCloseTo(1, 5);
  });
});
