import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MapWeights, openSafetensors, type Engine, type HostTensor } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreparedMedium } from './family/prepared-medium.js';
import { loadModel } from './load-model.js';
import type { MultimodalModel } from './multimodal-model.js';
import { saveCheckpoint } from './save-checkpoint.js';
import {
  fixtures,
  nodeEngine,
  randomEmbedding,
  temporaryFolder,
  textCheckpoint,
} from './testing/checkpoint.fixture.js';

const temporary = temporaryFolder();
let engine: Engine;
let model: MultimodalModel;
beforeAll(async () => {
  engine = await nodeEngine();
  model = await loadModel(textCheckpoint('mistral_window_two_layers', temporary.folder), { engine });
});
afterAll(async () => {
  await model.release();
  await engine.dispose();
  temporary.remove();
});

async function goldenTensor(file: string, name: string): Promise<HostTensor> {
  const opened = await openSafetensors(
    join(fixtures, 'mistral_window_two_layers/two_images', `${file}.safetensors`),
  );
  const tensor = opened.read(name);
  opened.close();
  return tensor;
}

function split({ data, shape }: HostTensor): Float32Array[] {
  const size = data.length / shape[0];
  return Array.from({ length: shape[0] }, (_, at) =>
    (data as Float32Array).slice(at * size, (at + 1) * size),
  );
}

/** pixel_values of one image as the model's own preprocessing would give them. */
function pixels(data: Float32Array): PreparedMedium {
  return {
    geometry: model.geometry,
    features: { pixel_values: { data, shape: [3, 24, 24], dtype: 'float32' } },
  };
}

function expectClose(ours: ArrayLike<number>, reference: ArrayLike<number>): void {
  expect(ours.length).toBe(reference.length);
  for (let at = 0; at < ours.length; at++) expect(Math.abs(ours[at] - reference[at])).toBeLessThan(1e-4);
}

describe('encode and project', () => {
  it('equal transformers, in order, in batches of any size', async () => {
    const images = split(await goldenTensor('inputs', 'pixel_values'));
    const expected = split(await goldenTensor('outputs', 'encoder_output'));
    const projected = split(await goldenTensor('outputs', 'projector_output'));
    expect(model.geometry).toMatchObject({ key: 'image', rows: 16, width: 48, tokens: 16, span: 16 });
    // 11 media: a full batch of 8 and a partial one.
    const many = Array.from({ length: 11 }, (_, at) => pixels(images[at % 2]));
    const encoded = await model.encode(many);
    expect(encoded).toHaveLength(11);
    encoded.forEach(({ values, geometry }, at) => {
      expectClose(values, expected[at % 2]);
      expect(geometry).toBe(model.geometry);
    });
    (await model.project(encoded.slice(0, 3))).forEach((rows, at) => expectClose(rows, projected[at % 2]));
  });

  it('refuses media of another size', async () => {
    await expect(model.encode([pixels(new Float32Array(5))])).rejects.toThrow(/pixel_values.*1728/);
    const two = [pixels(new Float32Array(1728)), pixels(new Float32Array(5))];
    await expect(model.encode(two)).rejects.toThrow(/pixel_values of a medium has 5 values; 1728/);
    const embedding = { values: new Float32Array(5), geometry: model.geometry };
    await expect(model.project([embedding])).rejects.toThrow(/5 values; "image" has 768/);
  });

  it('a blank medium is one colour after CLIP’s normalisation', async () => {
    const white = (await model.blankMedium()).features['pixel_values'];
    expect(white.shape).toEqual([3, 24, 24]);
    expect(white.data[0]).toBeCloseTo((1 - 0.48145466) / 0.26862954, 5);
    const black = (await model.blankMedium({ colour: [0, 0, 0] })).features['pixel_values'];
    expect(black.data[24 * 24]).toBeCloseTo(-0.4578275 / 0.26130258, 5);
    expect(new Set(Array.from(white.data as Float32Array).slice(0, 24 * 24)).size).toBe(1);
  });
});

describe('overrides', () => {
  const name = 'multi_modal_projector.linear_2.bias';
  const bias = (value: number): Map<string, HostTensor> =>
    new Map([[name, { data: new Float32Array(40).fill(value), shape: [40], dtype: 'float32' }]]);

  it('change the clone, not the model, and outlive it', async () => {
    const base = await loadModel(model.folder, { engine });
    const clone = base.withOverrides(bias(3));
    const rng = new Rng(1);
    const embedding = randomEmbedding(model.geometry, rng);
    const [before] = await base.project([embedding]);
    const [after] = await clone.project([embedding]);
    const original = base.weights.get(name).data as Float32Array;
    after.forEach((value, at) => expect(value - before[at]).toBeCloseTo(3 - original[at % 40], 3));
    expect(clone.hash).not.toBe(base.hash);
    expect(base.withOverrides(bias(3)).hash).toBe(clone.hash);
    await base.release();
    await base.release();
    expectClose(
      (await clone.encode([pixels(new Float32Array(1728))]))[0].values,
      (await model.encode([pixels(new Float32Array(1728))]))[0].values,
    );
    await clone.release();
  });

  it('can be given when loading, and reach the encoder', async () => {
    const embedding = 'vision_tower.vision_model.embeddings.class_embedding';
    const weights = new MapWeights(
      new Map([[embedding, { data: new Float32Array(24), shape: [24], dtype: 'float32' }]]),
    );
    const changed = await loadModel(model.folder, { engine, weights });
    const blank = await model.blankMedium();
    const [ours] = await changed.encode([blank]);
    expect(ours.values).not.toEqual((await model.encode([blank]))[0].values);
    await changed.release();
  });

  it('of another shape or name are refused', () => {
    const wrong = (key: string, shape: number[]) => () =>
      model.withOverrides(
        new Map([[key, { data: new Float32Array(shape[0]), shape, dtype: 'float32' as const }]]),
      );
    expect(wrong(name, [39])).toThrow(/float32 \[40\] was expected/);
    expect(wrong('nothing', [40])).toThrow(/no tensor nothing/);
  });
});

describe('saveCheckpoint', () => {
  it('writes a folder that loads again, with the overrides and all other files', async () => {
    const out = join(temporary.folder, 'saved');
    const name = 'language_model.model.norm.weight';
    const data = new Float32Array(40).fill(0.5);
    writeFileSync(join(model.folder, 'README.md'), 'a model card');
    await saveCheckpoint(model, new Map([[name, { data, shape: [40], dtype: 'float32' }]]), out);
    const saved = await loadModel(out, { engine });
    expect(saved.weights.get(name).data).toEqual(data);
    const other = 'language_model.model.layers.0.mlp.up_proj.weight';
    expect(saved.weights.get(other).data).toEqual(model.weights.get(other).data);
    expect(saved.weights.names()).toEqual(model.weights.names());
    expect(existsSync(join(out, 'README.md'))).toBe(true);
    expect(saved.prompt({ question: 'what ?' })).toEqual(model.prompt({ question: 'what ?' }));
    await saved.release();
  });

  it('turns a sharded half-precision checkpoint into one file', async () => {
    const half = await loadModel(join(fixtures, 'qwen2_tied_sharded_bf16'), { engine });
    const out = join(temporary.folder, 'single');
    await saveCheckpoint(half, new Map(), out);
    expect(existsSync(join(out, 'model.safetensors.index.json'))).toBe(false);
    const saved = await loadModel(out, { engine });
    for (const name of half.weights.names()) {
      expect(saved.weights.get(name).data, name).toEqual(half.weights.get(name).data);
    }
    expect(() => half.prompt({ question: 'what' })).toThrow(/no tokenizer\.json/);
    await half.release();
    await saved.release();
  });

  it('never writes over the model itself', async () => {
    await expect(saveCheckpoint(model, new Map(), join(model.folder, '.'))).rejects.toThrow(/model itself/);
  });
});
