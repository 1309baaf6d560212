import path from 'node:path';
import { formatDuration, type RunManifestData } from '@sea-align/core';
import type { LossPlot, ReportData } from '@sea-align/evaluation';
import type { ExperimentResult } from './experiment.js';
import { reportExamples } from './report-examples.js';

/** Side of the pictures in a report, in pixels; the model sees them at its own resolution. */
const picturePixels = 128;
/** Embeddings whose loss curves are drawn. */
const mostCurves = 40;

function lossPlots({ embeddings, arms }: ExperimentResult): LossPlot[] {
  return [
    {
      title: `Embedding optimisation (${Math.min(mostCurves, embeddings.length)} of ${embeddings.length})`,
      yTitle: 'control loss (nats)',
      series: embeddings.slice(0, mostCurves).map(({ id, lossCurve }) => ({ name: id, losses: lossCurve })),
    },
    ...(['SFT', 'DPO'] as const).map((method) => ({
      title: `Alignment, ${method}`,
      yTitle: 'training loss',
      series: arms
        .filter(({ arm, lossCurve }) => arm.endsWith(method) && lossCurve.length > 0)
        .map(({ arm, lossCurve }) => ({ name: arm, losses: lossCurve })),
    })),
  ].filter(({ series }) => series.length > 0);
}

/** Everything the HTML report of an experiment shows. */
export async function experimentReport(
  result: ExperimentResult,
  manifest: RunManifestData,
  texts: { readonly title: string; readonly summary: readonly string[] },
): Promise<ReportData> {
  const { machine, versions, engine, seeds, model, stages } = manifest;
  const { optimize } = result;
  return {
    title: texts.title,
    summary: texts.summary,
    arms: result.arms.map(({ arm, rates, failed }) => ({ name: failed ? `${arm} (${failed})` : arm, rates })),
    lossPlots: lossPlots(result),
    examples: await reportExamples(result.suite.cases, result.arms, ({ id }) =>
      result.suite.show(id, picturePixels),
    ),
    facts: {
      machine: `${machine.cpu}, ${machine.cores} cores, ${machine.platform} ${machine.arch}`,
      engine: engine ?? 'unknown',
      model: model ? `${path.basename(model.folder)} (sha256 ${model.sha256.slice(0, 16)}…)` : 'unknown',
      versions: Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
      seeds: Object.entries(seeds)
        .map(([name, seed]) => `${name} ${seed}`)
        .join(', '),
      embeddings: `${optimize.verified} of ${optimize.total} verified, ${optimize.meanSteps.toFixed(0)} steps on average`,
      ...Object.fromEntries(stages.map(({ name, seconds }) => [`time: ${name}`, formatDuration(seconds)])),
    },
  };
}
