import path from 'node:path';
import { openRunFolder, parseConfig, sha256File, writeFileAtomic } from '@sea-align/core';
import { resultTableText } from '@sea-align/evaluation';
import { alignedModel, findAlignedWeights } from '@sea-align/mllm';
import type { CommandContext } from '../cli/run-command.js';
import { evaluateSchema } from '../recipe/recipe-schema.js';
import { evaluateStage, readCases } from '../stages/evaluate-stage.js';
import { chooseModel, modalityOf } from '../stages/open-model.js';
import { withStageManifest } from './stage-manifest.js';
import { withStageModel, type StageOptions } from './stage-options.js';

export interface EvaluateOptions extends StageOptions {
  readonly cases: string;
  readonly aligned?: string;
  readonly name?: string;
}

/** `sea evaluate` */
export async function evaluateCommand(options: EvaluateOptions, { progress, signal, say }: CommandContext) {
  const { aligned, seed, out, resume, force } = options;
  const settings = parseConfig(
    evaluateSchema,
    { cases: options.cases, ...options.settings },
    'The evaluate settings',
  );
  const arm = options.name ?? (aligned ? path.basename(path.resolve(aligned)) : 'base');
  const inputs = settings.cases === 'toy' ? [] : [settings.cases];
  const weights = aligned && findAlignedWeights(aligned).file;
  const known = { command: 'evaluate', arm, settings, seed };
  const modality = await modalityOf(chooseModel(options.model, options.modality));
  const { cases } = await readCases({ cases: settings.cases, base: process.cwd(), seed, modality });
  return withStageModel(options, known, async (opened) => {
    const { model, engine } = opened;
    // Answers of other weights must not be taken for this model's: both hashes are part of the run.
    const hashes = { model: model.hash, aligned: weights && (await sha256File(weights)) };
    const config = { ...known, ...hashes };
    const asked = aligned ? await alignedModel(model, aligned) : model;
    try {
      const folder = await openRunFolder(out, { config, resume, force });
      say(`Engine: ${engine.describe()}`);
      const read = weights ? [...inputs, weights] : inputs;
      const facts = { stage: 'evaluate', out: folder.path, settings, seed, inputs: read, resume };
      return await withStageManifest(facts, opened, async () => {
        const stage = { model: asked, arm, cases, settings, out: folder.path };
        const { rates } = await evaluateStage({ ...stage, onProgress: progress.listener, signal });
        say(`\n${resultTableText([{ name: arm, rates }])}`);
        await writeFileAtomic(folder.file('results.json'), `${JSON.stringify({ arm, rates }, null, 2)}\n`);
        return { arm, rates };
      });
    } finally {
      if (asked !== model) await asked.release();
    }
  });
}
