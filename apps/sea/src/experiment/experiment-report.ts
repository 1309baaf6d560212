import type { RunManifestData } from '@sea-align/core';
import type { LossPlot, ReportData, ReportExample } from '@sea-align/evaluation';
import { renderScene } from '@sea-align/tiny-models';
import { formatDuration } from '../cli/terminal-progress.js';
import type { ExperimentResult } from './experiment.js';

/** Side of the pictures in a report, in pixels; the model sees them at its own resolution. */
const picturePixels = 128;
/** Embeddings whose loss curves are drawn. */
const mostCurves = 40;
/** Cases shown per condition. */
const casesPerCondition = 4;

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

/** The first cases of every condition that has pictures, spread over concepts, with every arm's answer. */
async function examples(
  { arms, suite }: ExperimentResult,
  shown: readonly string[],
): Promise<ReportExample[]> {
  const picked = new Map<string, ReportExample[]>();
  const answersOf = new Map(
    arms.map(({ arm, answers }) => [arm, new Map(answers.map((each) => [each.id, each]))]),
  );
  const pictured = suite.cases.filter(({ id, measure }) => suite.scenes.has(id) && measure !== 'accuracy');
  const byCondition = new Map<string, typeof pictured>();
  for (const item of pictured)
    byCondition.set(item.condition, [...(byCondition.get(item.condition) ?? []), item]);
  for (const [condition, items] of byCondition) {
    const stride = Math.max(1, Math.floor(items.length / casesPerCondition));
    const chosen = items.filter((_, i) => i % stride === 0).slice(0, casesPerCondition);
    const list = await Promise.all(
      chosen.map(async ({ id, question }): Promise<ReportExample> => {
        const { png } = await renderScene(suite.scenes.get(id)!, picturePixels);
        const answers = shown.flatMap((arm) => {
          const record = answersOf.get(arm)?.get(id);
          return record ? [{ arm, answer: record.answer, verdict: record.verdict }] : [];
        });
        return { condition, png, question, answers };
      }),
    );
    picked.set(condition, list);
  }
  return [...picked.values()].flat();
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
    examples: await examples(
      result,
      result.arms.map(({ arm }) => arm),
    ),
    facts: {
      machine: `${machine.cpu}, ${machine.cores} cores, ${machine.platform} ${machine.arch}`,
      engine: engine ?? 'unknown',
      model: model ? `${model.folder} (sha256 ${model.sha256.slice(0, 16)}…)` : 'unknown',
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
