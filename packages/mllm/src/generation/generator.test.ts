import { createEngine, type Engine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { GenerationRequest, MultimodalModel } from '../multimodal-model.js';
import {
  fixtureModels,
  nodeEngine,
  randomEmbedding,
  temporaryFolder,
  textCheckpoint,
} from '../testing/checkpoint.fixture.js';
import { greedyToken, sampleToken } from './sampling.js';

const temporary = temporaryFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(async () => {
  await engine.dispose();
  temporary.remove();
});

const rng = new Rng('generator');

function requestsFor(model: MultimodalModel): GenerationRequest[] {
  const question = (count: number): string =>
    Array.from({ length: count }, () => `w${20 + rng.int(30)}`).join(' ');
  return [3, 1, 6, 2, 9].map((count, at) => {
    const medium = at % 2 === 0;
    return {
      promptIds: model.prompt({ question: question(count), medium }).ids,
      embedding: medium ? randomEmbedding(model.geometry, rng) : undefined,
    };
  });
}

describe.each(fixtureModels)('generation with %s', (name) => {
  let model: MultimodalModel;
  beforeAll(async () => {
    model = await loadModel(textCheckpoint(name, temporary.folder), { engine });
  });
  afterAll(() => model.release());

  it('with the key/value cache equals recomputing everything', async () => {
    const requests = requestsFor(model);
    const cached = await model.generate(requests, { maxNewTokens: 12 });
    const plain = await model.generate(requests, { maxNewTokens: 12, useCache: false });
    expect(cached).toEqual(plain);
    expect(cached).toHaveLength(5);
    for (const { ids, finished } of cached) expect(finished || ids.length === 12).toBe(true);
    expect(new Set(cached.flatMap(({ ids }) => ids)).size).toBeGreaterThan(5);
  });

  it('does not depend on batches, sampled or greedy', async () => {
    const requests = requestsFor(model);
    const options = { maxNewTokens: 8, temperature: 1.2, topP: 0.9, seed: new Rng(4) };
    const together = await model.generate(requests, options);
    const alone = await model.generate(requests, { ...options, batchSize: 1 });
    expect(alone).toEqual(together);
    expect(await model.generate(requests, { ...options, seed: new Rng(5) })).not.toEqual(together);
    const greedy = await model.generate(requests, { maxNewTokens: 8 });
    expect(await model.generate(requests, { maxNewTokens: 8, batchSize: 2 })).toEqual(greedy);
  });
});

describe('a request of its own', () => {
  let model: MultimodalModel;
  beforeAll(async () => {
    model = await loadModel(textCheckpoint('llama_llama3rope_full', temporary.folder), { engine });
  });
  afterAll(() => model.release());
  const promptOf = (words: number): number[] =>
    model.prompt({ question: Array.from({ length: words }, (_, at) => `w${20 + (at % 30)}`).join(' ') }).ids;

  it('ends at its own limit, and the others go on', async () => {
    const [long, short] = [promptOf(40), promptOf(1)];
    // The long one has no place left in the cache long before the short one ends.
    const maxNewTokens = 64 - short.length;
    expect(long.length + maxNewTokens - 1).toBeGreaterThan(64);
    const requests = [{ promptIds: long, maxNewTokens: 1 }, { promptIds: short }];
    const both = await model.generate(requests, { maxNewTokens });
    const alone = [
      ...(await model.generate([{ promptIds: long }], { maxNewTokens: 1 })),
      ...(await model.generate([{ promptIds: short }], { maxNewTokens })),
    ];
    expect(both).toEqual(alone);
    expect(both[0].ids).toHaveLength(1);
    expect(await model.generate(requests, { maxNewTokens, useCache: false })).toEqual(both);
    const none = await model.generate([{ promptIds: short, maxNewTokens: 0 }], { maxNewTokens });
    expect(none[0].ids).toEqual([]);
  });

  it('fits where its own limit does', async () => {
    const promptIds = promptOf(1);
    const maxNewTokens = 128 - promptIds.length;
    const fitting = await model.generate([{ promptIds, maxNewTokens }], { maxNewTokens: 300 });
    expect(fitting).toEqual(await model.generate([{ promptIds }], { maxNewTokens }));
    const over = model.generate([{ promptIds, maxNewTokens: maxNewTokens + 1 }], { maxNewTokens: 300 });
    await expect(over).rejects.toThrow(/positions/);
  });

  it('draws from its own seed, wherever it stands', async () => {
    const promptIds = promptOf(2);
    const draw = (seeds: number[]) =>
      model.generate(
        seeds.map((seed) => ({ promptIds, seed: new Rng(seed) })),
        { maxNewTokens: 8, temperature: 1.5 },
      );
    const [one, two] = await draw([1, 2]);
    expect(one).not.toEqual(two);
    expect(await draw([2, 1])).toEqual([two, one]);
  });
});

describe('what a model says', () => {
  it('depends on the embedding, and follows overridden weights', async () => {
    const model = await loadModel(textCheckpoint('llama_llama3rope_full', temporary.folder), { engine });
    const [request] = requestsFor(model);
    const [first] = await model.generate([request], { maxNewTokens: 6 });
    const embedding = randomEmbedding(model.geometry, rng, 2);
    const [other] = await model.generate([{ ...request, embedding }], { maxNewTokens: 6 });
    expect(other.ids).not.toEqual(first.ids);
    const head = 'language_model.lm_head.weight';
    const zero = new Float32Array(61 * 40);
    const silent = model.withOverrides(
      new Map([[head, { data: zero, shape: [61, 40], dtype: 'float32' as const }]]),
    );
    // All logits are equal: the first token of the vocabulary is taken.
    expect((await silent.generate([request], { maxNewTokens: 3 }))[0].ids).toEqual([0, 0, 0]);
    await silent.release();
    expect((await model.generate([request], { maxNewTokens: 6 }))[0]).toEqual(first);
    await model.release();
  });

  it('ends at an end-of-sequence token, which is not part of the answer', async () => {
    const model = await loadModel(textCheckpoint('llama_llama3rope_full', temporary.folder), { engine });
    const [request] = requestsFor(model);
    const [free] = await model.generate([request], { maxNewTokens: 4 });
    const stop = free.ids[2];
    model.eosTokenIds.push(stop);
    const [ended] = await model.generate([request], { maxNewTokens: 4 });
    expect(ended).toMatchObject({ finished: true, ids: free.ids.slice(0, free.ids.indexOf(stop)) });
    await model.release();
  });

  it('refuses what the model cannot take', async () => {
    const model = await loadModel(textCheckpoint('llama_llama3rope_full', temporary.folder), { engine });
    const generate = (promptIds: number[], options: object = {}) =>
      model.generate([{ promptIds }], { maxNewTokens: 2, ...options });
    await expect(generate([])).rejects.toThrow(/at least one token/);
    await expect(generate([61])).rejects.toThrow(/outside the vocabulary/);
    await expect(generate([1, 7])).rejects.toThrow(/modality tokens/);
    await expect(generate([1], { maxNewTokens: 200 })).rejects.toThrow(/exceed the model's 128 positions/);
    await expect(generate([1], { temperature: 1 })).rejects.toThrow(/sampling needs a seed/);
    await expect(generate([1], { topP: 0 })).rejects.toThrow(/topP/);
    await model.release();
  });

  it('is the same on onnxruntime-web', async () => {
    const folder = textCheckpoint('mistral_window_two_layers', temporary.folder);
    const web = await createEngine({ backend: 'onnxruntime-web', threads: 2 });
    const models = await Promise.all([loadModel(folder, { engine }), loadModel(folder, { engine: web })]);
    const requests = requestsFor(models[0]);
    const [native, wasm] = await Promise.all(
      models.map((model) => model.generate(requests, { maxNewTokens: 6 })),
    );
    expect(wasm).toEqual(native);
    await Promise.all(models.map((model) => model.release()));
    await web.dispose();
  });
});

describe('sampling', () => {
  it('greedy takes the first of the largest', () => {
    expect(greedyToken(Float32Array.of(0, 3, 3, -1))).toBe(1);
  });

  it('draws in proportion, and never outside the nucleus', () => {
    // Probabilities 0.5, 0.3, 0.2.
    const logits = Float32Array.of(Math.log(0.2), Math.log(0.5), Math.log(0.3));
    const draw = new Rng(1);
    const count = (topP: number): number[] => {
      const counts = [0, 0, 0];
      for (let at = 0; at < 4000; at++) counts[sampleToken(logits, { temperature: 1, topP }, draw)]++;
      return counts.map((hits) => hits / 4000);
    };
    const whole = count(1);
    [0.2, 0.5, 0.3].forEach((share, at) => expect(Math.abs(whole[at] - share)).toBeLessThan(0.03));
    const nucleus = count(0.7);
    expect(nucleus[0]).toBe(0);
    expect(Math.abs(nucleus[1] - 0.625)).toBeLessThan(0.03);
    expect(count(0.4)).toEqual([0, 1, 0]);
  });
});
