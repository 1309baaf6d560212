import path from 'node:path';
import { align, type AlignmentOptions, type AlignmentTrainableInput } from '@sea-align/alignment';
import {
  preparedSampleSchema,
  readJsonl,
  instructionRecordSchema,
  Rng,
  safeFileName,
  type EmbeddingRecord,
  type InstructionRecord,
  type PreparedSample,
  type ProgressListener,
  type RunManifest,
} from '@sea-align/core';
import { EncodingCache, evaluate, type EvaluationResult } from '@sea-align/evaluation';
import type { MultimodalModel } from '@sea-align/mllm';
import {
  blankControlEmbeddings,
  optimizeEmbeddings,
  readEmbeddingRecords,
  type OptimizeOptionsInput,
  type OptimizeSummary,
} from '@sea-align/optimizer';
import { concepts, renderings, styleAnswer, textSafetyFile, worldOf } from '@sea-align/tiny-models';
import { prepareToyDataset } from './prepare-toy.js';
import { baseArm, rowsPerStep, type Arm, type ArmData } from './arms.js';
import { armRows, concernsOneArm, realInputs, rowsForMethod, type ArmSources } from './arm-rows.js';
import { toySuite, type ToySuite } from './toy-suite.js';
import { toyModality, type EmbeddedModality } from '../stages/embedded-models.js';
import { stageTimer } from '../stages/stage-timer.js';

export interface ExperimentSettings {
  readonly optimize: OptimizeOptionsInput;
  readonly trainable: AlignmentTrainableInput;
  readonly align: Readonly<Record<Arm['method'], AlignmentOptions>>;
  /** Renderings of each concept that the aligned models are tested on. */
  readonly perConcept: number;
}

export interface ExperimentRequest {
  readonly model: MultimodalModel;
  /** Run folder; every stage resumes in it. */
  readonly folder: string;
  readonly arms: readonly Arm[];
  readonly settings: ExperimentSettings;
  /** Renderings to test on: `validation` while choices are made, `test` for results. */
  readonly split: 'validation' | 'test';
  readonly seed: number;
  /** Stage times are added to it. */
  readonly manifest: RunManifest;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

export interface ArmResult extends EvaluationResult {
  /** Training loss by step; empty for the base model. */
  readonly lossCurve: readonly (readonly [step: number, loss: number])[];
  /** Why the arm has no result, where training failed. */
  readonly failed?: string;
}

export interface ExperimentResult {
  readonly arms: readonly ArmResult[];
  readonly suite: ToySuite;
  readonly optimize: OptimizeSummary;
  readonly embeddings: readonly EmbeddingRecord[];
}

async function collect<T>(entries: AsyncIterable<{ value: T }>): Promise<T[]> {
  const values: T[] = [];
  for await (const { value } of entries) values.push(value);
  return values;
}

/** Encodes one training rendering per sample: the upper bound's data. No test or validation rendering is among them. */
async function encodeRealInputs(
  model: MultimodalModel,
  prepared: readonly PreparedSample[],
  modality: EmbeddedModality,
  seed: number,
) {
  const world = worldOf(modality);
  const scenes = prepared.map((sample, i) => {
    const concept = concepts.find(({ name }) => name === sample.phrase);
    if (!concept) throw new RangeError(`the toy world has no ${JSON.stringify(sample.phrase)}`);
    return renderings('train', { perConcept: 1, seed: `real/${seed}/${i}`, of: [concept] }, modality)[0];
  });
  const media = await Promise.all(scenes.map(async (scene) => model.preprocess(await world.render(scene))));
  const encoded = await model.encode(media);
  const style = (id: string) => world.styles.find((known) => known.id === id)!;
  return prepared.flatMap((sample, i) => {
    const spoken = styleAnswer(style(scenes[i].style), modality);
    return realInputs(sample, { embedding: encoded[i], styleAnswer: spoken }, modality);
  });
}

/**
 * One run of the toy experiment with one seed: prepare, optimise and verify embeddings, align every arm on equal
 * budgets, evaluate all of them and the base model on real rendered media of its modality through the real encoder.
 *
 * The seed decides the embeddings' noise, the style samples, the batches, the real inputs and the test renderings; the
 * base model is the one given.
 */
export async function runExperiment(request: ExperimentRequest): Promise<ExperimentResult> {
  const { model, arms, settings, seed, manifest, onProgress, signal } = request;
  const inFolder = (...names: string[]) => path.join(request.folder, ...names);
  const modality = toyModality(model.modality);
  const used = new Set<ArmData>(arms.map(({ data }) => data));

  const timed = stageTimer(manifest, signal);

  const preparedFile = await timed('prepare', () =>
    prepareToyDataset({ model, out: inFolder('prepared'), seed, onProgress, signal }),
  );
  const prepared = await collect<PreparedSample>(readJsonl(preparedFile, preparedSampleSchema));
  const textRows = await collect<InstructionRecord>(readJsonl(textSafetyFile(), instructionRecordSchema));

  const common = { model, samples: prepared, seed, resume: true, onProgress, signal };
  const folders = {
    sea: inFolder('embeddings'),
    noStyle: inFolder('embeddings-no-style'),
    blank: inFolder('embeddings-blank'),
  };
  const optimized = await timed('optimize', () =>
    optimizeEmbeddings({ ...common, out: folders.sea, options: settings.optimize }),
  );
  if (used.has('sea-no-style')) {
    const options = { ...settings.optimize, styleSamples: 0 };
    await timed('optimize, no style', () => optimizeEmbeddings({ ...common, out: folders.noStyle, options }));
  }
  if (used.has('blank')) {
    const { noise, embeddingsPerSample } = settings.optimize;
    const options = { noise, embeddingsPerSample };
    await timed('blank embeddings', () => blankControlEmbeddings({ ...common, out: folders.blank, options }));
  }
  const sources: ArmSources = {
    textRows,
    prepared,
    embeddings: folders,
    realInputs: used.has('real') ? await encodeRealInputs(model, prepared, modality, seed) : undefined,
    modality,
  };

  const suite = await toySuite({ split: request.split, seed, perConcept: settings.perConcept, modality });
  const encodings = new EncodingCache();
  const measure = (tested: MultimodalModel, name: string) =>
    evaluate({
      model: tested,
      arm: name,
      cases: suite.cases,
      answersPath: inFolder('answers', `${safeFileName(name)}.jsonl`),
      encodings,
      onProgress,
      signal,
    });

  const results: ArmResult[] = [];
  results.push({ ...(await timed('evaluate', () => measure(model, baseArm))), lossCurve: [] });
  for (const { name, data, method } of arms) {
    const options: AlignmentOptions = { ...settings.align[method], rowsPerStep: rowsPerStep(data) };
    try {
      const rows = rowsForMethod(await armRows(data, sources), method);
      const aligned = await timed('align', () =>
        align({
          model,
          rows,
          method,
          trainable: settings.trainable,
          options,
          out: inFolder('arms', safeFileName(name)),
          rng: new Rng(seed).fork('align'),
          resume: true,
          onProgress: (event) => onProgress?.({ ...event, stage: `${event.stage} ${name}` }),
          signal,
        }),
      );
      const tested = model.withOverrides(aligned.overrides);
      try {
        const evaluated = await timed('evaluate', () => measure(tested, name));
        results.push({
          ...evaluated,
          lossCurve: aligned.history.map(({ step, loss }) => [step, loss] as const),
        });
      } finally {
        await tested.release();
      }
    } catch (error) {
      if (!concernsOneArm(error)) throw error;
      // It must not cost the others; the table says that it has no result.
      results.push({ arm: name, answers: [], rates: [], lossCurve: [], failed: error.message });
    }
  }
  return {
    arms: results,
    suite,
    optimize: optimized,
    embeddings: await readEmbeddingRecords(folders.sea, { include: 'all' }),
  };
}
