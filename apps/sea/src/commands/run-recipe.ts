import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openRunFolder, sha256, writeFileAtomic, type RunManifestData } from '@sea-align/core';
import { renderHtmlReport, resultTableText, type LossPlot, type ReportData } from '@sea-align/evaluation';
import type { CommandContext } from '../cli/run-command.js';
import { formatDuration } from '../cli/terminal-progress.js';
import { loadRecipe } from '../recipe/load-recipe.js';
import { modelFolder, openModel } from '../stages/open-model.js';
import { runPipeline, type PipelineResult } from '../stages/pipeline.js';
import { prepareStage } from '../stages/prepare-stage.js';
import { startManifest } from './run-manifest.js';

export interface RunRecipeOptions {
  readonly out?: string;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

function report(name: string, result: PipelineResult, manifest: RunManifestData): ReportData {
  const plots: LossPlot[] = [
    {
      title: 'Embedding optimisation',
      yTitle: 'control loss (nats)',
      series: result.embeddingLosses.slice(0, 40).map(({ id, losses }) => ({ name: id, losses })),
    },
    {
      title: 'Alignment',
      yTitle: 'training loss',
      series: result.arms
        .filter(({ lossCurve }) => lossCurve.length > 0)
        .map(({ arm, lossCurve }) => ({ name: arm, losses: lossCurve })),
    },
  ];
  const { machine, engine, seeds, stages } = manifest;
  return {
    title: name,
    summary: [
      `${result.optimize.verified} of ${result.optimize.total} synthetic embeddings passed verification.`,
    ],
    arms: result.arms.map(({ arm, rates }) => ({ name: arm, rates })),
    lossPlots: plots.filter(({ series }) => series.length > 0),
    examples: [],
    facts: {
      machine: `${machine.cpu}, ${machine.cores} cores`,
      engine: engine ?? 'unknown',
      seed: Object.values(seeds).join(', '),
      ...Object.fromEntries(
        stages.map(({ name: stage, seconds }) => [`time: ${stage}`, formatDuration(seconds)]),
      ),
    },
  };
}

/** Runs a recipe from its dataset to evaluated models; with `dryRun`, checks everything and says what it would spend. */
export async function runRecipe(
  file: string,
  options: RunRecipeOptions,
  { progress, signal, say }: CommandContext,
) {
  const { recipe, path: recipePath } = await loadRecipe(file);
  const base = path.dirname(recipePath);
  const context = { onProgress: progress.listener, signal };
  const out = options.out ?? path.join('runs', recipe.name);
  const checkpoint = modelFolder(recipe.model, base);
  if (options.dryRun) {
    const { data, prepare: settings, seed } = recipe;
    const plan = await prepareStage({ ...context, data, settings, seed, out, base, dryRun: true });
    say(`Recipe ${recipe.name} is valid. Checkpoint: ${checkpoint}. Output: ${out}. Nothing was written.`);
    for (const { input, selected, estimate } of plan.datasets) {
      const spend = estimate ? `; ${JSON.stringify(estimate)}` : '; no cost';
      say(`  ${input.path}: ${selected} of ${input.rows} rows (${input.format})${spend}`);
    }
    return { dryRun: true, datasets: plan.datasets };
  }
  const folder = await openRunFolder(out, {
    config: { command: 'run', recipe },
    resume: options.resume,
    force: options.force,
  });
  const opened = await openModel(checkpoint, recipe.engine);
  try {
    say(`Engine: ${opened.engine.describe()}`);
    const manifest = await startManifest(folder, opened, recipe, {
      seed: recipe.seed,
      recipe: sha256(await readFile(recipePath)),
    });
    await manifest.addInput(recipePath);
    const result = await runPipeline({
      ...context,
      recipe,
      model: opened.model,
      folder: folder.path,
      base,
      manifest,
    });
    const data = report(recipe.name, result, manifest.data);
    const reportPath = folder.file('report.html');
    await writeFileAtomic(reportPath, await renderHtmlReport(data));
    if (recipe.evaluate) say(`\n${resultTableText(data.arms)}`);
    say(`Report: ${reportPath}`);
    return {
      report: reportPath,
      optimize: result.optimize,
      arms: result.arms.map(({ arm, rates }) => ({ arm, rates })),
    };
  } finally {
    await opened.close();
  }
}
