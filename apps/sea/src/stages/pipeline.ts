import path from 'node:path';
import { safeFileName, type RunManifest } from '@sea-align/core';
import { EncodingCache, type EvaluationResult } from '@sea-align/evaluation';
import type { MultimodalModel } from '@sea-align/mllm';
import { optimizeEmbeddings, readEmbeddingRecords, type OptimizeSummary } from '@sea-align/optimizer';
import { baseArm } from '../experiment/experiment.js';
import type { Recipe } from '../recipe/recipe-schema.js';
import { alignStage } from './align-stage.js';
import { evaluateStage, readCases } from './evaluate-stage.js';
import { prepareStage, readPrepared, type PrepareStageResult } from './prepare-stage.js';
import type { StageContext } from './stage-context.js';

export interface PipelineRequest extends StageContext {
  readonly recipe: Recipe;
  readonly model: MultimodalModel;
  /** Run folder; every stage goes on where an earlier run of the same recipe stopped. */
  readonly folder: string;
  /** What relative paths of the recipe are relative to. */
  readonly base: string;
  readonly manifest: RunManifest;
}

export interface PipelineArm extends EvaluationResult {
  readonly lossCurve: readonly (readonly [step: number, loss: number])[];
}

export interface PipelineResult {
  readonly prepared: PrepareStageResult;
  readonly optimize: OptimizeSummary;
  readonly embeddingLosses: readonly { readonly id: string; readonly losses: readonly number[] }[];
  /** Base model first; empty rates where the recipe evaluates nothing. */
  readonly arms: readonly PipelineArm[];
}

/** All stages of a recipe: prepare, optimise and verify, align every arm, evaluate. */
export async function runPipeline(request: PipelineRequest): Promise<PipelineResult> {
  const { recipe, model, folder, base, manifest, onProgress, signal } = request;
  const { seed } = recipe;
  const inFolder = (...names: string[]) => path.join(folder, ...names);
  async function timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    manifest.start(stage);
    const result = await work();
    manifest.end(stage);
    await manifest.save();
    return result;
  }
  const context = { onProgress, signal };

  const prepared = await timed('prepare', () =>
    prepareStage({
      ...context,
      data: recipe.data,
      settings: recipe.prepare,
      model,
      seed,
      out: inFolder('prepared'),
      base,
    }),
  );
  for (const { input } of prepared.datasets) await manifest.addInput(input.path);
  const samples = await readPrepared(
    prepared.datasets.flatMap(({ files }) => (files ? [files.prepared] : [])),
  );

  const embeddings = inFolder('embeddings');
  const optimize = await timed('optimize', () =>
    optimizeEmbeddings({
      ...context,
      model,
      samples,
      out: embeddings,
      options: recipe.optimize,
      seed,
      resume: true,
    }),
  );

  const cases = recipe.evaluate ? await readCases(recipe.evaluate.cases, base, seed) : [];
  const encodings = new EncodingCache();
  async function evaluated(tested: MultimodalModel, arm: string): Promise<EvaluationResult> {
    const settings = recipe.evaluate;
    if (!settings) return { arm, answers: [], rates: [] };
    return timed('evaluate', () =>
      evaluateStage({ ...context, model: tested, arm, cases, settings, encodings, out: inFolder('answers') }),
    );
  }

  const arms: PipelineArm[] = [{ ...(await evaluated(model, baseArm)), lossCurve: [] }];
  for (const arm of recipe.align) {
    const aligned = await timed('align', () =>
      alignStage({
        ...context,
        model,
        arm,
        prepared: samples,
        embeddings,
        seed,
        out: inFolder('arms', safeFileName(arm.name)),
        resume: true,
      }),
    );
    const tested = model.withOverrides(aligned.overrides);
    try {
      const lossCurve = aligned.history.map(({ step, loss }) => [step, loss] as const);
      arms.push({ ...(await evaluated(tested, arm.name)), lossCurve });
    } finally {
      await tested.release();
    }
  }
  const records = await readEmbeddingRecords(embeddings, { include: 'all' });
  const embeddingLosses = records.map(({ id, lossCurve }) => ({ id, losses: lossCurve }));
  return { prepared, optimize, embeddingLosses, arms };
}
