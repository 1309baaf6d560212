import { checkRunFolder, openRunFolder, parseConfig } from '@sea-align/core';
import type { CommandContext } from '../cli/run-command.js';
import { prepareSchema, recipeSchema } from '../recipe/recipe-schema.js';
import { chooseModel, modalityOf } from '../stages/open-model.js';
import { datasetFile, prepareStage } from '../stages/prepare-stage.js';
import { estimateText } from './estimate-text.js';
import { withStageManifest } from './stage-manifest.js';
import { withStageModel, type StageOptions } from './stage-options.js';

export interface PrepareOptions extends StageOptions {
  readonly input: string;
  readonly format: string;
  readonly harmless?: boolean;
  readonly limit?: number;
  readonly shard?: string;
  readonly dryRun?: boolean;
}

/** What the toy dataset wants where `--set` says nothing else. */
const toyDefaults = { extractor: { kind: 'offline', lexicon: 'toy' }, probeMedia: 'toy' };

/** `sea prepare` */
export async function prepareCommand(options: PrepareOptions, { progress, signal, say }: CommandContext) {
  const { input, format, harmless, limit, shard, dryRun, seed, out, resume, force } = options;
  const data = parseConfig(
    recipeSchema.shape.data,
    [{ input, format, harmful: !harmless, limit }],
    'The dataset options',
  );
  const settings = parseConfig(
    prepareSchema,
    { ...(input === 'toy' && toyDefaults), ...options.settings },
    'The prepare settings',
  );
  // Without `limit`: a run may be resumed with a higher one.
  const config = {
    command: 'prepare',
    model: options.model,
    modality: options.modality,
    input,
    format,
    harmless,
    settings,
    seed,
  };
  // Shards share a folder: each is a run of its own in it.
  const claim = { config, resume: resume === true || shard !== undefined, force };
  await checkRunFolder(out, claim);
  const stage = {
    modality: await modalityOf(chooseModel(options.model, options.modality)),
    data,
    settings,
    seed,
    out,
    base: process.cwd(),
    shard,
    force,
    signal,
    onProgress: progress.listener,
  };
  // Asks the model nothing, so a faulty dataset is found before the model is loaded and the folder taken.
  const plan = await prepareStage({ ...stage, dryRun: true });
  if (dryRun) {
    for (const { selected, input: read, estimate } of plan.datasets) {
      say(
        `Dry run, nothing written. ${selected} of ${read.rows} rows (${read.format}). ${estimateText(estimate)}`,
      );
    }
    return plan;
  }
  return withStageModel({ ...options, resume: claim.resume }, config, async (opened) => {
    await openRunFolder(out, claim);
    const facts = {
      stage: 'prepare',
      out,
      settings,
      seed,
      inputs: [datasetFile(input, process.cwd())],
      resume: claim.resume,
    };
    const result = await withStageManifest(facts, opened, () =>
      prepareStage({ ...stage, model: opened.model }),
    );
    for (const { prepared, rejected, rejectedBy, files } of result.datasets) {
      const reasons = Object.entries(rejectedBy).map(([code, n]) => `${code} ${n}`);
      const detail = reasons.length ? ` (${reasons.join(', ')})` : '';
      say(`${prepared} prepared, ${rejected} rejected${detail}: ${files?.prepared}`);
    }
    return result;
  });
}
