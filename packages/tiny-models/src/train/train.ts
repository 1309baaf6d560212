import { join } from 'node:path';

import { createEngine, type Engine } from '@sea-align/compute';
import {
  openRunFolder,
  ProgressMeter,
  RunManifest,
  writeFileAtomic,
  writeJsonl,
  type ProgressListener,
  type RunFolder,
} from '@sea-align/core';
import { loadModel, type MultimodalModel } from '@sea-align/mllm';

import { renderings } from '../data/splits.js';
import { concepts } from '../world/concepts.js';
import type { ToyModality } from '../world/modality.js';
import { configOf, writeCheckpoint, writeSettings } from './checkpoint-folder.js';
import { trainEncoder, type BuildEncoder } from './encoder-stage.js';
import { trainLanguage } from './language-stage.js';
import { accuracyBy, answerCases, baseCases, percent, type CaseAnswer } from './measure.js';
import { modelCard } from './model-card.js';
import type { TrainOptions } from './options.js';
import { cachedMedia, mediaFeeds, mediumAt } from './rendering-cache.js';
import { headsOf, type Packing, type TinyModel } from './tiny-model.js';

interface TrainContext {
  readonly onProgress: ProgressListener;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** The model's encoder on media of the geometry it is trained on, its weights given by the source. */
export async function encoderOf<M extends ToyModality>(
  tiny: TinyModel<M>,
  folder: string,
): Promise<BuildEncoder> {
  const { family, world } = tiny;
  const config = configOf(tiny);
  const { blankGeometry } = await family.loadProcessor(folder, config, world.modality);
  return (graph, source, media) => family.buildEncoder(graph, config, source, blankGeometry, media);
}

/** Trains a tiny model from nothing and measures it. @returns the folder of the checkpoint */
export async function trainTinyModel<M extends ToyModality>(
  tiny: TinyModel<M>,
  options: TrainOptions,
  context: TrainContext,
): Promise<string> {
  const { recipe } = options;
  const { world } = tiny;
  const run = await openRunFolder(options.out, {
    config: recipe,
    resume: options.resume,
    force: options.force,
  });
  const engine = await createEngine({ engine: options.engine, threads: options.threads });
  const manifest = await RunManifest.open(run.file('manifest.json'), {
    config: recipe,
    seeds: { training: recipe.seed },
    engine: engine.describe(),
  });
  context.log(`engine: ${engine.describe()}`);
  const timed = async <T>(stage: string, work: () => Promise<T>): Promise<T> => {
    manifest.start(stage);
    try {
      const result = await work();
      manifest.end(stage);
      return result;
    } finally {
      await manifest.save();
    }
  };
  try {
    const withEncoder = run.file('encoder-only');
    await writeSettings(tiny, withEncoder);
    const packing = await tiny.packing(withEncoder);
    const scenes = renderings(
      'train',
      { perConcept: recipe.renderingsPerConcept, seed: recipe.seed },
      world.modality,
    );
    const media = await timed('render', () =>
      cachedMedia(packing, scenes, { folder: run.path, label: 'train', onProgress: context.onProgress }),
    );
    const shared = { saveEvery: options.saveEvery, seed: recipe.seed, scenes, ...context };
    const buildEncoder = await encoderOf(tiny, withEncoder);
    const encoder = await timed('encoder', () =>
      trainEncoder({
        ...shared,
        engine,
        buildEncoder,
        heads: headsOf(world, concepts),
        spans: tiny.spans,
        feeds: (indices) => mediaFeeds(packing, media, indices),
        steps: recipe.encoderSteps,
        batch: recipe.encoderBatch,
        stateFile: run.file('encoder-state.safetensors'),
        curveFile: run.file('encoder-loss.jsonl'),
      }),
    );
    await writeCheckpoint(tiny, withEncoder, encoder, recipe.seed);
    const model = await loadModel(withEncoder, { engine, modality: world.modality });
    const features = await timed('encode', () =>
      encodeAll(model, packing, media, scenes.length, context.onProgress),
    );
    const trained = await timed('language', () =>
      trainLanguage({
        ...shared,
        model,
        world,
        features,
        steps: recipe.languageSteps,
        stateFile: run.file('language-state.safetensors'),
        curveFile: run.file('language-loss.jsonl'),
      }),
    );
    await model.release();
    const folder = options.checkpoint ?? run.file('checkpoint');
    await writeCheckpoint(tiny, folder, new Map([...encoder, ...trained]), recipe.seed);
    const answers = await timed('measure', () => measure(tiny, folder, engine, options, run, context));
    const card = modelCard({ tiny, recipe, answers, manifest: manifest.data });
    await writeFileAtomic(join(folder, 'README.md'), card);
    return folder;
  } finally {
    await engine.dispose();
  }
}

/** Encoder outputs of every training medium, one array: the encoder is frozen from here on. */
async function encodeAll<M extends ToyModality>(
  model: MultimodalModel,
  packing: Packing<M>,
  media: Uint8Array,
  count: number,
  onProgress: ProgressListener,
): Promise<Float32Array> {
  const { geometry } = model;
  const size = geometry.rows * geometry.width;
  const features = new Float32Array(count * size);
  const meter = new ProgressMeter('encode', count, onProgress);
  const chunk = 512;
  for (let start = 0; start < count; start += chunk) {
    const prepared = Array.from({ length: Math.min(chunk, count - start) }, (_, i) => ({
      geometry,
      features: mediumAt(packing, media, start + i),
    }));
    const encoded = await model.encode(prepared);
    encoded.forEach(({ values }, i) => features.set(values, (start + i) * size));
    meter.tick(prepared.length);
  }
  return features;
}

async function measure<M extends ToyModality>(
  { world }: TinyModel<M>,
  folder: string,
  engine: Engine,
  { recipe }: TrainOptions,
  run: RunFolder,
  { log }: TrainContext,
): Promise<CaseAnswer[]> {
  const model = await loadModel(folder, { engine, modality: world.modality });
  try {
    let answers: CaseAnswer[] = [];
    for (const split of ['validation', 'test'] as const) {
      const perConcept = split === 'test' ? recipe.testRenderings : Math.ceil(recipe.testRenderings / 2);
      const seed = `${split === 'test' ? 'final/' : ''}${recipe.seed}`;
      const cases = baseCases({ modality: world.modality, split, seed, perConcept });
      answers = await answerCases(model, world, cases);
      await writeJsonl(
        run.file(`answers-${split}.jsonl`),
        answers.map(({ case: each, answer, correct }) => ({ ...each, answer, correct })),
      );
      const table = accuracyBy(answers, (each) => each.condition);
      log(`${split}: ${[...table].map(([name, accuracy]) => `${name} ${percent(accuracy)}`).join(', ')}`);
    }
    return answers;
  } finally {
    await model.release();
  }
}
