import path from 'node:path';
import {
  checkRunFolder,
  formatDuration,
  type RunManifestData,
  safeFileName,
  SeaError,
  sha256File,
  writeFileAtomic,
} from '@sea-align/core';
import { renderHtmlReport, resultTableText, type LossPlot, type ReportData } from '@sea-align/evaluation';
import type { CommandContext } from '../cli/run-command.js';
import { reportExamples } from '../experiment/report-examples.js';
import { loadRecipe, type LoadedRecipe } from '../recipe/load-recipe.js';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { readCases } from '../stages/evaluate-stage.js';
import { chooseModel, modalityOf, type ModelChoice } from '../stages/open-model.js';
import { runPipeline, type PipelineResult } from '../stages/pipeline.js';
import { prepareStage } from '../stages/prepare-stage.js';
import { estimateText } from './estimate-text.js';
import { withRun } from './open-run.js';
import { startManifest } from './run-manifest.js';

export interface RunRecipeOptions {
  /** Default: `runs/NAME` with the recipe's name. */
  readonly out?: string;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  /** Wins over the recipe's. */
  readonly engine: Partial<EngineSettings>;
}

/** Embeddings whose loss curves are drawn. */
const mostCurves = 40;
/** Dropped embeddings that are named; all of them are in embeddings.jsonl. */
const mostNamed = 20;

async function report(name: string, result: PipelineResult, manifest: RunManifestData): Promise<ReportData> {
  const plots: LossPlot[] = [
    {
      title: 'Embedding optimisation',
      yTitle: 'control loss (nats)',
      series: result.embeddingLosses.slice(0, mostCurves).map(({ id, losses }) => ({ name: id, losses })),
    },
    {
      title: 'Alignment',
      yTitle: 'training loss',
      series: result.arms
        .filter(({ lossCurve }) => lossCurve.length > 0)
        .map(({ arm, lossCurve }) => ({ name: arm, losses: lossCurve })),
    },
  ];
  const { machine, engine, model, seeds, stages } = manifest;
  return {
    title: name,
    summary: [
      `${result.optimize.verified} of ${result.optimize.total} synthetic embeddings passed verification.`,
    ],
    arms: result.arms.map(({ arm, rates, failed }) => ({ name: failed ? `${arm} (${failed})` : arm, rates })),
    lossPlots: plots.filter(({ series }) => series.length > 0),
    examples: await reportExamples(result.cases, result.arms, result.show),
    facts: {
      machine: `${machine.cpu}, ${machine.cores} cores`,
      engine: engine ?? 'unknown',
      model: model ? `${path.basename(model.folder)} (sha256 ${model.sha256.slice(0, 16)}…)` : 'unknown',
      seed: String(seeds.seed),
      ...Object.fromEntries(
        stages.map(({ name: stage, seconds }) => [`time: ${stage}`, formatDuration(seconds)]),
      ),
    },
  };
}

interface PlannedRun extends LoadedRecipe {
  readonly base: string;
  readonly model: ModelChoice;
  readonly out: string;
  readonly config: unknown;
}

/** Checks all that can be checked without weights, and writes nothing: datasets and cases line by line, the model's config. */
async function check(plan: PlannedRun, options: RunRecipeOptions, signal: AbortSignal) {
  const { recipe, base, model, out, config } = plan;
  await checkRunFolder(out, { config, resume: options.resume, force: options.force });
  const modality = await modalityOf(model);
  const { data, prepare: settings, seed, evaluate } = recipe;
  const cases = evaluate && (await readCases({ cases: evaluate.cases, base, seed, modality }));
  const prepared = path.join(out, 'prepared');
  const stage = {
    signal,
    data,
    settings,
    modality,
    seed,
    out: prepared,
    base,
    force: options.force,
    dryRun: true,
  };
  const { datasets } = await prepareStage(stage);
  return { datasets, cases };
}

function describeDryRun(
  { recipe, model, out }: PlannedRun,
  { datasets, cases }: Awaited<ReturnType<typeof check>>,
  { say }: CommandContext,
) {
  say(`Recipe ${recipe.name} is valid. Checkpoint: ${model.folder}. Output: ${out}. Nothing was written.`);
  for (const { input, selected, estimate } of datasets) {
    say(`  ${input.path} (${input.format}): ${selected} of ${input.rows} rows. ${estimateText(estimate)}`);
  }
  const asked = cases?.cases.length ?? 0;
  say(`  ${recipe.align.length} arms; ${asked} evaluation cases.`);
  return { dryRun: true, out, checkpoint: model.folder, datasets, cases: asked };
}

/** The recipe's engine settings with the command line's laid over; another engine drops the recipe's backend. */
function engineOf(recipe: EngineSettings, given: Partial<EngineSettings>): Partial<EngineSettings> {
  const { backend, ...rest } = recipe;
  return { ...(given.engine === undefined && { backend }), ...rest, ...given };
}

/**
 * Runs a recipe from its dataset to evaluated models; with `dryRun`, checks everything and says what it would spend.
 * @throws SeaError after the report is written, when arms ended without a result
 */
export async function runRecipe(file: string, options: RunRecipeOptions, context: CommandContext) {
  const { progress, signal, say } = context;
  const loaded = await loadRecipe(file);
  const { recipe, path: recipePath } = loaded;
  const base = path.dirname(recipePath);
  const out = options.out ?? path.join('runs', safeFileName(recipe.name));
  const model = chooseModel(recipe.model, recipe.modality, base);
  const config = { command: 'run', recipe };
  const plan = { ...loaded, base, model, out, config };
  const checked = await check(plan, options, signal);
  if (options.dryRun) return describeDryRun(plan, checked, context);

  const engine = engineOf(recipe.engine, options.engine);
  return withRun({ ...options, out, model, engine, config }, async (opened, folder) => {
    say(`Engine: ${opened.engine.describe()}`);
    const seeds = { seed: recipe.seed, recipe: await sha256File(recipePath) };
    const manifest = await startManifest(folder, opened, recipe, seeds);
    await manifest.addInput(recipePath);
    const result = await runPipeline({
      onProgress: progress.listener,
      signal,
      recipe,
      model: opened.model,
      folder: folder.path,
      base,
      manifest,
      cases: checked.cases,
    });
    await manifest.save();
    const data = await report(recipe.name, result, manifest.data);
    const reportPath = folder.file('report.html');
    await writeFileAtomic(reportPath, await renderHtmlReport(data));
    const arms = result.arms.map(({ arm, rates, failed }) => ({ arm, rates, ...(failed && { failed }) }));
    await writeFileAtomic(folder.file('results.json'), `${JSON.stringify(arms, null, 2)}\n`);

    const { verified, total, rejected } = result.optimize;
    say(`${verified} of ${total} embeddings passed verification.`);
    for (const { id, reason } of rejected.slice(0, mostNamed)) say(`  dropped ${id}: ${reason}`);
    if (rejected.length > mostNamed) say(`  … and ${rejected.length - mostNamed} more`);
    if (recipe.evaluate) say(`\n${resultTableText(data.arms)}`);
    say(`Report: ${reportPath}`);
    checkArms(result, reportPath);
    return { report: reportPath, optimize: result.optimize, arms };
  });
}

function checkArms({ arms }: PipelineResult, reportPath: string): void {
  const failed = arms.filter((arm) => arm.failed !== undefined);
  if (failed.length === 0) return;
  const reasons = failed.map(({ arm, failed: reason }) => `\n  ${arm}: ${reason}`).join('');
  throw new SeaError(`${failed.length} of ${arms.length - 1} arms ended without a result:${reasons}`, {
    code: 'SEA_ARMS_FAILED',
    hint: `The other results are kept: ${reportPath}.`,
  });
}
