import { stat } from 'node:fs/promises';
import path from 'node:path';
import { openRunFolder, parseConfig, writeFileAtomic } from '@sea-align/core';
import { resultTableText } from '@sea-align/evaluation';
import { optimizeEmbeddings, optimizeOptionsSchema } from '@sea-align/optimizer';
import type { CommandContext } from '../cli/run-command.js';
import {
  armSchema,
  evaluateSchema,
  prepareSchema,
  recipeSchema,
  type EngineSettings,
} from '../recipe/recipe-schema.js';
import { alignedModel } from '../stages/aligned-model.js';
import { alignStage } from '../stages/align-stage.js';
import { evaluateStage, readCases } from '../stages/evaluate-stage.js';
import { modelFolder, openModel, type OpenModel } from '../stages/open-model.js';
import { prepareStage, readPrepared } from '../stages/prepare-stage.js';

/** Options that all single stages share. */
export interface StageOptions {
  readonly model: string;
  readonly out: string;
  readonly seed: number;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly engine: Partial<EngineSettings>;
  /** From `--set`: nested settings of the stage, as in a recipe. */
  readonly settings: Record<string, unknown>;
}

async function withModel<T>(options: StageOptions, work: (opened: OpenModel) => Promise<T>): Promise<T> {
  const opened = await openModel(modelFolder(options.model), options.engine);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** `prepared.jsonl` of a folder, or the file itself. */
async function preparedFile(given: string): Promise<string> {
  const found = await stat(given).catch(() => undefined);
  return found?.isDirectory() ? path.join(given, 'prepared.jsonl') : given;
}

export interface PrepareOptions extends StageOptions {
  readonly input: string;
  readonly format: string;
  readonly harmless?: boolean;
  readonly limit?: number;
  readonly shard?: string;
  readonly dryRun?: boolean;
}

/** `sea prepare` */
export async function prepareCommand(options: PrepareOptions, { progress, signal, say }: CommandContext) {
  const { input, format, harmless, limit, shard, dryRun, seed, out } = options;
  const data = parseConfig(
    recipeSchema.shape.data,
    [{ input, format, harmful: !harmless, limit }],
    'dataset',
  );
  const settings = parseConfig(prepareSchema, options.settings, 'prepare settings');
  const stage = {
    data,
    settings,
    seed,
    out,
    base: process.cwd(),
    shard,
    dryRun,
    signal,
    onProgress: progress.listener,
  };
  // A dry run asks the model nothing, so it needs none.
  const result = dryRun
    ? await prepareStage(stage)
    : await withModel(options, ({ model }) => prepareStage({ ...stage, model }));
  for (const { prepared, rejected, rejectedBy, estimate, files } of result.datasets) {
    const reasons = Object.entries(rejectedBy).map(([code, n]) => `${code} ${n}`);
    if (dryRun)
      say(
        `Dry run, nothing written. ${estimate ? JSON.stringify(estimate) : 'No cost: the extractor works offline.'}`,
      );
    else
      say(
        `${prepared} prepared, ${rejected} rejected${reasons.length ? ` (${reasons.join(', ')})` : ''}: ${files?.prepared}`,
      );
  }
  return result;
}

export interface OptimizeOptions extends StageOptions {
  readonly prepared: string;
}

/** `sea optimize` */
export async function optimizeCommand(options: OptimizeOptions, { progress, signal, say }: CommandContext) {
  const settings = parseConfig(optimizeOptionsSchema, options.settings, 'optimize settings');
  const samples = await readPrepared([await preparedFile(options.prepared)]);
  return withModel(options, async ({ model, engine }) => {
    say(`Engine: ${engine.describe()}`);
    const { out, seed, resume, force } = options;
    const summary = await optimizeEmbeddings({
      model,
      samples,
      out,
      options: settings,
      seed,
      resume,
      force,
      onProgress: progress.listener,
      signal,
    });
    say(
      `${summary.verified} of ${summary.total} embeddings verified, ${summary.meanSteps.toFixed(0)} steps on average: ${out}`,
    );
    for (const { id, reason } of summary.rejected) say(`  dropped ${id}: ${reason}`);
    return summary;
  });
}

export interface AlignOptions extends StageOptions {
  readonly prepared: string;
  readonly embeddings: string;
  readonly merged?: boolean;
}

/** `sea align` */
export async function alignCommand(options: AlignOptions, { progress, signal, say }: CommandContext) {
  const arm = parseConfig(
    armSchema,
    { name: path.basename(options.out), merged: options.merged ?? false, ...options.settings },
    'align settings',
  );
  const prepared = await readPrepared([await preparedFile(options.prepared)]);
  return withModel(options, async ({ model, engine }) => {
    say(`Engine: ${engine.describe()}`);
    const { embeddings, seed, out, resume, force } = options;
    const context = { onProgress: progress.listener, signal };
    const result = await alignStage({
      ...context,
      model,
      arm,
      prepared,
      embeddings,
      seed,
      out,
      resume,
      force,
    });
    const { overrides: _, history, ...summary } = result;
    for (const warning of summary.warnings) say(`Warning: ${warning}`);
    say(`${summary.steps} steps, last loss ${history.at(-1)?.loss.toFixed(4)}. Written:`);
    for (const file of Object.values(summary.files)) say(`  ${file}`);
    return summary;
  });
}

export interface EvaluateOptions extends StageOptions {
  readonly cases: string;
  readonly aligned?: string;
  readonly name?: string;
}

/** `sea evaluate` */
export async function evaluateCommand(options: EvaluateOptions, { progress, signal, say }: CommandContext) {
  const settings = parseConfig(
    evaluateSchema,
    { cases: options.cases, ...options.settings },
    'evaluate settings',
  );
  const { aligned, seed, out, resume, force } = options;
  const arm = options.name ?? (aligned ? path.basename(aligned) : 'base');
  const cases = await readCases(settings.cases, process.cwd(), seed);
  const config = { command: 'evaluate', model: options.model, aligned, arm, settings, seed };
  const folder = await openRunFolder(out, { config, resume, force });
  return withModel(options, async ({ model, engine }) => {
    say(`Engine: ${engine.describe()}`);
    const tested = aligned ? await alignedModel(model, aligned) : model;
    try {
      const stage = {
        model: tested,
        arm,
        cases,
        settings,
        out: folder.path,
        onProgress: progress.listener,
        signal,
      };
      const { rates } = await evaluateStage(stage);
      say(`\n${resultTableText([{ name: arm, rates }])}`);
      await writeFileAtomic(folder.file('results.json'), `${JSON.stringify({ arm, rates }, null, 2)}\n`);
      return { arm, rates };
    } finally {
      if (tested !== model) await tested.release();
    }
  });
}
