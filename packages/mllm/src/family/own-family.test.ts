import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reshape, tanh, type Engine, type Graph, type Tensor } from '@sea-align/compute';
import { ConfigError, MediaError, Rng } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textConfigSchema } from '../config/text-config.js';
import type { ParameterSource } from '../layers/parameter-source.js';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { createPackedScorer } from '../scoring/packed-scorer.js';
import { createPlainScorer } from '../scoring/plain-scorer.js';
import {
  nodeEngine,
  randomEmbedding,
  temporaryFolder,
  writeRandomCheckpoint,
  writeTokenizer,
} from '../testing/checkpoint.fixture.js';
import { addLanguageModel, addLinear, type ExpectedTensors } from '../weights/expected-tensors.js';
import type { FamilyConfig } from './family-config.js';
import type { Family } from './family.js';
import type { MediumGeometry } from './medium-geometry.js';

// A modality of its own: a gauge's curve, cut into windows of eight samples; as many tokens as windows.
const windowLength = 8;
const width = 6;

interface GaugeConfig extends FamilyConfig {
  curveTokenId: number;
}

function gaugeGeometry(config: GaugeConfig, windows: number): MediumGeometry {
  return {
    key: `curve ${windows}`,
    modality: 'curve',
    rows: windows,
    width,
    tokens: windows,
    placeholderId: config.curveTokenId,
    span: windows,
  };
}

const gaugeFamily: Family<GaugeConfig> = {
  name: 'gauge',
  modelTypes: ['gauge'],
  modalities: ['curve'],
  supported: 'gauges (model_type "gauge")',
  parseConfig(raw: unknown): GaugeConfig {
    const text = textConfigSchema('llama').parse((raw as { text_config: unknown }).text_config);
    return {
      modelType: 'gauge',
      text,
      names: { root: 'model', lmHead: 'lm_head' },
      tieWordEmbeddings: false,
      eosTokenIds: [2],
      padTokenId: 0,
      curveTokenId: 7,
    };
  },
  expectedTensors(config: GaugeConfig): ExpectedTensors {
    const expected: ExpectedTensors = { required: new Map(), optional: new Map() };
    addLinear(expected.required, 'gauge.encoder', width, windowLength, true);
    addLinear(expected.required, 'gauge.projector', config.text.hiddenSize, width, false);
    addLanguageModel(config, expected);
    return expected;
  },
  weightName: (name) => name,
  weightRole: (name) =>
    name.startsWith('gauge.encoder') ? 'encoder' : name.startsWith('gauge.') ? 'projector' : 'language',
  async loadProcessor(_folder, config: GaugeConfig) {
    const prepared = (samples: Float32Array) => {
      const windows = Math.ceil(samples.length / windowLength);
      const data = new Float32Array(windows * windowLength);
      data.set(samples);
      return {
        geometry: gaugeGeometry(config, windows),
        features: { samples: { data, shape: [windows, windowLength], dtype: 'float32' as const } },
      };
    };
    return {
      blankGeometry: gaugeGeometry(config, 3),
      preprocess: async (source) => {
        if (typeof source === 'object' && 'samples' in source) return prepared(source.samples);
        throw new MediaError('A gauge takes samples.');
      },
      blank: async () => prepared(new Float32Array(3 * windowLength)),
    };
  },
  geometry(config: GaugeConfig, key: string): MediumGeometry {
    const windows = Number(/^curve (\d+)$/.exec(key)?.[1]);
    if (windows > 0) return gaugeGeometry(config, windows);
    throw new ConfigError(`"${key}" is no curve.`);
  },
  promptPlaceholder: (config: GaugeConfig) => ({
    id: config.curveTokenId,
    token: '<image>',
    around: ['', ' '],
    part: { type: 'curve' },
  }),
  renderTurn: ({ question, medium, answer }, curve) =>
    `what ${medium ? curve : ''}${question} is${answer === undefined ? '' : ` ${answer}`}`,
  buildEncoder(graph: Graph, _config: GaugeConfig, source: ParameterSource, { rows }, media: number): Tensor {
    const samples = graph.input('samples', [media * rows, windowLength]);
    return reshape(tanh(source.linear(samples, 'gauge.encoder', width, true)), [media, rows, width]);
  },
  buildProjector(
    _graph,
    config: GaugeConfig,
    source: ParameterSource,
    _geometry,
    embeddings: Tensor,
  ): Tensor {
    return source.linear(reshape(embeddings, [-1, width]), 'gauge.projector', config.text.hiddenSize, false);
  },
};

const raw = {
  model_type: 'gauge',
  text_config: {
    vocab_size: 61,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 128,
  },
};

const temporary = temporaryFolder();
const families = [gaugeFamily];
let engine: Engine;
let model: MultimodalModel;
beforeAll(async () => {
  engine = await nodeEngine();
  mkdirSync(temporary.folder, { recursive: true });
  await writeRandomCheckpoint(temporary.folder, raw, { families });
  writeTokenizer(temporary.folder, 61);
  model = await loadModel(temporary.folder, { engine, families });
});
afterAll(async () => {
  await model.release();
  await engine.dispose();
  temporary.remove();
});

describe('a family from outside', () => {
  it('is loaded by its model_type, and only where it is given', async () => {
    expect(model).toMatchObject({ family: 'gauge', modality: 'curve', modalities: ['curve'] });
    expect(model.geometry.key).toBe('curve 3');
    expect(model.geometryOf('curve 5').tokens).toBe(5);
    await expect(loadModel(temporary.folder, { engine })).rejects.toThrow(
      /model_type "gauge" is not supported/,
    );
    await expect(loadModel(temporary.folder, { engine, families, modality: 'image' })).rejects.toThrow(
      /gauge model takes curve, not image/,
    );
  });

  it('encodes, projects, prompts and generates', async () => {
    const rng = new Rng('gauge');
    const curve = (length: number) => ({
      samples: Float32Array.from({ length }, () => rng.normal()),
      sampleRate: 10,
    });
    const media = await Promise.all(
      [curve(20), curve(40), curve(17)].map((source) => model.preprocess(source)),
    );
    const embeddings = await model.encode(media);
    expect(embeddings.map(({ geometry }) => geometry.tokens)).toEqual([3, 5, 3]);
    // tanh(W x + b) of the first window, by hand.
    const { data: weight } = model.weights.get('gauge.encoder.weight');
    const { data: bias } = model.weights.get('gauge.encoder.bias');
    const samples = media[0].features['samples'].data;
    let first = Number(bias[0]);
    for (let at = 0; at < windowLength; at++) first += Number(weight[at]) * Number(samples[at]);
    expect(embeddings[0].values[0]).toBeCloseTo(Math.tanh(first), 5);
    expect((await model.project(embeddings)).map(({ length }) => length)).toEqual([48, 80, 48]);

    const { ids, mediumAt } = model.prompt({ question: 'bomb', medium: embeddings[1].geometry });
    expect(ids).toEqual([1, 10, 7, 7, 7, 7, 7, 14, 11]);
    expect(mediumAt).toBe(2);
    const requests = embeddings.map((embedding) => ({
      promptIds: model.prompt({ question: 'bomb', medium: embedding.geometry }).ids,
      embedding,
    }));
    const cached = await model.generate(requests, { maxNewTokens: 8 });
    expect(await model.generate(requests, { maxNewTokens: 8, useCache: false })).toEqual(cached);
    expect(await model.generate(requests, { maxNewTokens: 8, batchSize: 1 })).toEqual(cached);
  });

  it('optimises: packed scores are plain ones', async () => {
    const rng = new Rng('gauge scores');
    const branches = [
      { promptIds: [20, 21], targetIds: [30, 2] },
      { promptIds: [22], targetIds: [31, 32, 2] },
    ];
    const members = ['curve 3', 'curve 7'].map((key) => ({
      embedding: randomEmbedding(model.geometryOf(key), rng),
      branches,
    }));
    const options = { prefixIds: [1, 9], branches: 2, batchSize: 2 };
    const packed = await createPackedScorer(model, options);
    const plain = await createPlainScorer(model, options);
    const ours = await packed.score(members);
    const truth = await plain.score(members);
    for (const [at, gradient] of ours.gradients.entries()) {
      gradient.forEach((value, i) => expect(Math.abs(value - truth.gradients[at][i])).toBeLessThan(1e-5));
      ours.branchNll[at].forEach((nll, i) => expect(nll).toBeCloseTo(truth.branchNll[at][i], 4));
    }
    await packed.release();
    await plain.release();
  });

  it('comes before a built-in one of the same model_type', async () => {
    const folder = join(temporary.folder, 'llava');
    mkdirSync(folder);
    const asLlava: Family<GaugeConfig> = { ...gaugeFamily, modelTypes: ['llava'] };
    await writeRandomCheckpoint(folder, { ...raw, model_type: 'llava' }, { families: [asLlava] });
    writeFileSync(join(folder, 'generation_config.json'), '{}');
    const taken = await loadModel(folder, { engine, families: [asLlava] });
    expect(taken.family).toBe('gauge');
    await taken.release();
  });
});
