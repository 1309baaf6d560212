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
import type { SceneSpec } from '../world/scene.js';
import { tinyLlavaConfig, writeTinyLlava } from './checkpoint-folder.js';
import { trainLanguage } from './language-stage.js';
import { accuracyBy, answerCases, baseCases, percent, type CaseAnswer } from './measure.js';
import { modelCard } from './model-card.js';
import type { TrainOptions } from './options.js';
import { cachedPictures, normalisedPixels, pictureBytes } from './rendering-cache.js';
import { trainVision } from './vision-stage.js';

interface TrainContext {
  readonly onProgress: ProgressListener;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Trains the tiny LLaVA from nothing and measures it. @returns the folder of the checkpoint */
export async function trainTinyLlava(options: TrainOptions, context: TrainContext): Promise<string> {
  const { recipe } = options;
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
    const scenes = renderings('train', { perConcept: recipe.picturesPerConcept, seed: recipe.seed });
    const pictures = await timed('render', () =>
      cachedPictures(scenes, { folder: run.path, label: 'train', onProgress: context.onProgress }),
    );
    const shared = { saveEvery: options.saveEvery, seed: recipe.seed, scenes, ...context };
    const vision = await timed('vision', () =>
      trainVision({
        ...shared,
        engine,
        config: tinyLlavaConfig(),
        pictures,
        steps: recipe.visionSteps,
        batch: recipe.visionBatch,
        stateFile: run.file('vision-state.safetensors'),
        curveFile: run.file('vision-loss.jsonl'),
      }),
    );
    const withEncoder = run.file('encoder-only');
    await writeTinyLlava(withEncoder, vision, recipe.seed);
    const model = await loadModel(withEncoder, { engine });
    const features = await timed('encode', () => encodeAll(model, scenes, pictures, context.onProgress));
    const trained = await timed('language', () =>
      trainLanguage({
        ...shared,
        model,
        features,
        steps: recipe.languageSteps,
        stateFile: run.file('language-state.safetensors'),
        curveFile: run.file('language-loss.jsonl'),
      }),
    );
    await model.release();
    const folder = options.checkpoint ?? run.file('checkpoint');
    await writeTinyLlava(folder, new Map([...vision, ...trained]), recipe.seed);
    const answers = await timed('measure', () => measure(folder, engine, options, run, context));
    await writeFileAtomic(join(folder, 'README.md'), modelCard({ recipe, answers, manifest: manifest.data }));
    return folder;
  } finally {
    await engine.dispose();
  }
}

/** Encoder outputs of every training picture, one array: the encoder is frozen from here on. */
async function encodeAll(
  model: MultimodalModel,
  scenes: readonly SceneSpec[],
  pictures: Uint8Array,
  onProgress: ProgressListener,
): Promise<Float32Array> {
  const width = model.embeddingShape[0] * model.embeddingShape[1];
  const features = new Float32Array(scenes.length * width);
  const meter = new ProgressMeter('encode', scenes.length, onProgress);
  const chunk = 512;
  for (let start = 0; start < scenes.length; start += chunk) {
    const count = Math.min(chunk, scenes.length - start);
    const pixels = Array.from({ length: count }, (_, i) => {
      const values = new Float32Array(pictureBytes);
      normalisedPixels(pictures, start + i, values, 0);
      return values;
    });
    const encoded = await model.encode(pixels);
    encoded.forEach((embedding, i) => features.set(embedding, (start + i) * width));
    meter.tick(count);
  }
  return features;
}

async function measure(
  folder: string,
  engine: Engine,
  { recipe }: TrainOptions,
  run: RunFolder,
  { log }: TrainContext,
): Promise<CaseAnswer[]> {
  const model = await loadModel(folder, { engine });
  try {
    let answers: CaseAnswer[] = [];
    for (const split of ['validation', 'test'] as const) {
      const perConcept = split === 'test' ? recipe.testRenderings : Math.ceil(recipe.testRenderings / 2);
      answers = await answerCases(
        model,
        baseCases({ split, seed: `${split === 'test' ? 'final/' : ''}${recipe.seed}`, perConcept }),
      );
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
