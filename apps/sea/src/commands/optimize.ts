import { parseConfig } from '@sea-align/core';
import { optimizeEmbeddings, optimizeOptionsSchema } from '@sea-align/optimizer';
import type { CommandContext } from '../cli/run-command.js';
import { readPrepared } from '../stages/prepare-stage.js';
import { withStageManifest } from './stage-manifest.js';
import { preparedFile, withStageModel, type StageOptions } from './stage-options.js';

export interface OptimizeOptions extends StageOptions {
  readonly prepared: string;
}

/** `sea optimize` */
export async function optimizeCommand(options: OptimizeOptions, { progress, signal, say }: CommandContext) {
  const settings = parseConfig(optimizeOptionsSchema, options.settings, 'The optimize settings');
  const prepared = await preparedFile(options.prepared);
  const samples = await readPrepared([prepared]);
  const { out, seed, resume, force } = options;
  return withStageModel(options, { stage: 'optimize', seed: String(seed) }, async (opened) => {
    say(`Engine: ${opened.engine.describe()}`);
    const facts = { stage: 'optimize', out, settings, seed, inputs: [prepared], resume };
    const summary = await withStageManifest(facts, opened, () =>
      optimizeEmbeddings({
        model: opened.model,
        samples,
        out,
        options: settings,
        seed,
        resume,
        force,
        onProgress: progress.listener,
        signal,
      }),
    );
    const { verified, total, meanSteps, rejected } = summary;
    say(`${verified} of ${total} embeddings verified, ${meanSteps.toFixed(0)} steps on average: ${out}`);
    for (const { id, reason } of rejected) say(`  dropped ${id}: ${reason}`);
    return summary;
  });
}
