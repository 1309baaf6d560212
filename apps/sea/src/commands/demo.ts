import { formatDuration, writeFileAtomic } from '@sea-align/core';
import { renderHtmlReport, resultTableText } from '@sea-align/evaluation';
import type { CommandContext } from '../cli/run-command.js';
import { demoArms } from '../experiment/arms.js';
import { experimentReport } from '../experiment/experiment-report.js';
import { runExperiment } from '../experiment/experiment.js';
import { experimentSettings } from '../experiment/settings.js';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { mediumNames } from '../experiment/medium-names.js';
import { embeddedModels, type EmbeddedModality } from '../stages/embedded-models.js';
import { chooseModel } from '../stages/open-model.js';
import { modalitySuffix } from './modality-suffix.js';
import { withRun } from './open-run.js';
import { startManifest } from './run-manifest.js';

export interface DemoOptions {
  readonly modality: EmbeddedModality;
  /** Default: `runs/demo`, with the modality behind it where that is not image. */
  readonly out?: string;
  readonly seed: number;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly engine: Partial<EngineSettings>;
}

/** The whole method on the embedded model of a modality, with the claim's own baselines. */
export async function demo(options: DemoOptions, { progress, signal, say }: CommandContext) {
  const started = performance.now();
  const { modality } = options;
  const name = embeddedModels[modality];
  const out = options.out ?? `runs/demo${modalitySuffix(modality)}`;
  const config = {
    command: 'demo',
    ...(modality !== 'image' && { modality }),
    seed: options.seed,
    settings: experimentSettings(modality),
    arms: demoArms,
  };
  return withRun({ ...options, out, config, model: chooseModel(name) }, async (opened, folder) => {
    say(`Engine: ${opened.engine.describe()}`);
    const manifest = await startManifest(folder, opened, config, { demo: options.seed });
    const result = await runExperiment({
      model: opened.model,
      folder: folder.path,
      arms: demoArms,
      settings: experimentSettings(modality),
      split: 'test',
      seed: options.seed,
      manifest,
      onProgress: progress.listener,
      signal,
    });
    const { verified, total } = result.optimize;
    const summary = [
      `A tiny model (${name}) that complies with everything is aligned to refuse cartoon-level hazards of a toy world, once ` +
        `with text alone and once with SEA: text and synthetic embeddings, no ${modality === 'audio' ? 'recording' : modality}.`,
      `All models answer the same real rendered ${mediumNames(modality).plural} through the real modality encoder. One seed; ` +
        '“npm run reproduce” runs five.',
      `${verified} of ${total} synthetic embeddings passed verification by generating.`,
    ];
    const data = await experimentReport(result, manifest.data, {
      title: `SEA on the toy world: ${mediumNames(modality).plural}`,
      summary,
    });
    const reportPath = folder.file('report.html');
    await writeFileAtomic(reportPath, await renderHtmlReport(data));
    const results = data.arms.map(({ name, rates }) => ({ arm: name, rates }));
    await writeFileAtomic(folder.file('results.json'), `${JSON.stringify(results, null, 2)}\n`);
    const seconds = (performance.now() - started) / 1000;
    say(`\n${resultTableText(data.arms)}`);
    say(`Took ${formatDuration(seconds)}. Report: ${reportPath}`);
    return { report: reportPath, seconds, results };
  });
}
