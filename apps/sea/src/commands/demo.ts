import { formatDuration, writeFileAtomic } from '@sea-align/core';
import { renderHtmlReport, resultTableText } from '@sea-align/evaluation';
import type { CommandContext } from '../cli/run-command.js';
import { demoArms } from '../experiment/arms.js';
import { experimentReport } from '../experiment/experiment-report.js';
import { runExperiment } from '../experiment/experiment.js';
import { experimentSettings } from '../experiment/settings.js';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { embeddedImageModel } from '../stages/embedded-image-model.js';
import { modelFolder } from '../stages/open-model.js';
import { withRun } from './open-run.js';
import { startManifest } from './run-manifest.js';

export interface DemoOptions {
  readonly out: string;
  readonly seed: number;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly engine: Partial<EngineSettings>;
}

/** The whole method on the embedded image model, with the claim's own baselines. */
export async function demo(options: DemoOptions, { progress, signal, say }: CommandContext) {
  const started = performance.now();
  const config = { command: 'demo', seed: options.seed, settings: experimentSettings, arms: demoArms };
  const checkpoint = modelFolder(embeddedImageModel);
  return withRun({ ...options, config, checkpoint }, async (opened, folder) => {
    say(`Engine: ${opened.engine.describe()}`);
    const manifest = await startManifest(folder, opened, config, { demo: options.seed });
    const result = await runExperiment({
      model: opened.model,
      folder: folder.path,
      arms: demoArms,
      settings: experimentSettings,
      split: 'test',
      seed: options.seed,
      manifest,
      onProgress: progress.listener,
      signal,
    });
    const { verified, total } = result.optimize;
    const summary = [
      'A tiny LLaVA that complies with everything is aligned to refuse cartoon-level hazards of a toy world, once with text ' +
        'alone and once with SEA: text and synthetic embeddings, no picture.',
      'All models answer the same real rendered pictures through the real modality encoder. One seed; “npm run reproduce” runs five.',
      `${verified} of ${total} synthetic embeddings passed verification by generating.`,
    ];
    const data = await experimentReport(result, manifest.data, { title: 'SEA on the toy world', summary });
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
