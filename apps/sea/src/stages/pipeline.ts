import path from 'node:path';
import { safeFileName, type RunManifest } from '@sea-align/core';
import { EncodingCache, type EvaluationCase, type EvaluationResult } from '@sea-align/evaluation';
import type { MultimodalModel } from '@sea-align/mllm';
import { optimizeEmbeddings, readEmbeddingRecords, type OptimizeSummary } from '@sea-align/optimizer';
import { baseArm } from '../experiment/arms.js';
import type { ShowMedium } from '../experiment/report-examples.js';
import type { ArmSettings, Recipe } from '../recipe/recipe-schema.js';
import { concernsOneArm } from '../experiment/arm-rows.js';
import { alignStage } from './align-stage.js';
import { evaluateStage, type CaseList } from './evaluate-stage.js';
import { prepareStage, readPrepared, type PrepareStageResult } from './prepare-stage.js';
import type { StageContext } from './stage-context.js';
import { stageTimer } from './stage-timer.js';

export interface PipelineRequest extends StageContext {
  readonly recipe: Recipe;
  readonly model: MultimodalModel;
  /** Run folder; every stage goes on where an earlier run of the same recipe stopped. */
  readonly folder: string;
  /** What relative paths of the recipe are relative to. */
  readonly base: string;
  readonly manifest: RunManifest;
  /** What the models are asked; none where the recipe evaluates nothing. */
  readonly cases?: CaseList;
}

export interface PipelineArm extends EvaluationResult {
  readonly lossCurve: readonly (readonly [step: number, loss: number])[];
  /** Why the arm has no result, where it has none. */
  readonly failed?: string;
}

export interface PipelineResult {
  readonly prepared: PrepareStageResult;
  readonly optimize: OptimizeSummary;
  readonly embeddingLosses: readonly { readonly id: string; readonly losses: readonly number[] }[];
  readonly cases: readonly EvaluationCase[];
  readonly show: ShowMedium;
  /** Base model first; empty rates where the recipe evaluates nothing. */
  readonly arms: readonly PipelineArm[];
}

/** All stages of a recipe: prepare, optimise and verify, align every arm, evaluate. */
export async function runPipeline(request: PipelineRequest): Promise<PipelineResult> {
  const { recipe, model, folder, base, manifest, onProgress, signal } = request;
  const { seed } = recipe;
  const inFolder = (...names: string[]) => path.join(folder, ...names);
  const timed = stageTimer(manifest, signal);
  const context = { onProgress, signal };

  const prepared = await timed('prepare', () =>
    prepareStage({
      ...context,
      data: recipe.data,
      settings: recipe.prepare,
      model,
      modality: model.modality,
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

  const { cases, show } = request.cases ?? { cases: [], show: () => Promise.resolve(undefined) };
  if (recipe.evaluate && recipe.evaluate.cases !== 'toy') {
    await manifest.addInput(path.resolve(base, recipe.evaluate.cases));
  }
  const encodings = new EncodingCache();
  async function evaluated(tested: MultimodalModel, arm: string): Promise<EvaluationResult> {
    const settings = recipe.evaluate;
    if (!settings) return { arm, answers: [], rates: [] };
    return timed('evaluate', () =>
      evaluateStage({ ...context, model: tested, arm, cases, settings, encodings, out: inFolder('answers') }),
    );
  }

  async function aligned(arm: ArmSettings): Promise<PipelineArm> {
    const result = await timed('align', () =>
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
    const tested = model.withOverrides(result.overrides);
    try {
      const lossCurve = result.history.map(({ step, loss }) => [step, loss] as const);
      return { ...(await evaluated(tested, arm.name)), lossCurve };
    } finally {
      await tested.release();
    }
  }

  const arms: PipelineArm[] = [{ ...(await evaluated(model, baseArm)), lossCurve: [] }];
  for (const arm of recipe.align) {
    try {
      arms.push(await aligned(arm));
    } catch (error) {
      if (!concernsOneArm(error)) throw error;
      arms.push({ arm: arm.name, answers: [], rates: [], lossCurve: [], failed: error.message });
    }
  }
  const records = await readEmbeddingRecords(embeddings, { include: 'all' });
  const embeddingLosses = records.map(({ id, lossCurve }) => ({ id, losses: lossCurve }));
  return { prepared, optimize, embeddingLosses, cases, show, arms };
}
