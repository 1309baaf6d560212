import path from 'node:path';
import { parseConfig } from '@sea-align/core';
import type { CommandContext } from '../cli/run-command.js';
import { armSchema } from '../recipe/recipe-schema.js';
import { alignStage } from '../stages/align-stage.js';
import { readPrepared } from '../stages/prepare-stage.js';
import { withStageManifest } from './stage-manifest.js';
import { preparedFile, withStageModel, type StageOptions } from './stage-options.js';

export interface AlignOptions extends StageOptions {
  readonly prepared: string;
  readonly embeddings: string;
  readonly merged?: boolean;
}

/** `sea align` */
export async function alignCommand(options: AlignOptions, { progress, signal, say }: CommandContext) {
  const { embeddings, seed, out, resume, force } = options;
  const arm = parseConfig(
    armSchema,
    { name: path.basename(path.resolve(out)), merged: options.merged ?? false, ...options.settings },
    'The align settings',
  );
  const preparedPath = await preparedFile(options.prepared);
  const prepared = await readPrepared([preparedPath]);
  const known = { stage: 'align', method: arm.method, trainable: arm.trainable };
  return withStageModel(options, known, async (opened) => {
    say(`Engine: ${opened.engine.describe()}`);
    const facts = { stage: 'align', out, settings: arm, seed, inputs: [preparedPath], resume };
    const {
      overrides: _,
      history,
      ...summary
    } = await withStageManifest(facts, opened, () =>
      alignStage({
        onProgress: progress.listener,
        signal,
        model: opened.model,
        arm,
        prepared,
        embeddings,
        seed,
        out,
        resume,
        force,
      }),
    );
    for (const warning of summary.warnings) say(`Warning: ${warning}`);
    say(`${summary.steps} steps, last loss ${history.at(-1)?.loss.toFixed(4)}. Written:`);
    for (const file of Object.values(summary.files)) say(`  ${file}`);
    return summary;
  });
}
