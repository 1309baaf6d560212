import { stat } from 'node:fs/promises';
import path from 'node:path';
import { checkRunFolder } from '@sea-align/core';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { chooseModel, openModel, type OpenModel } from '../stages/open-model.js';

/** Options that all single stages share. */
export interface StageOptions {
  readonly model: string;
  /** What the model is used for, where its family has several. */
  readonly modality?: string;
  readonly out: string;
  readonly seed: number;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly engine: Partial<EngineSettings>;
  /** From `--set`: nested settings of the stage, as in a recipe. */
  readonly settings: Record<string, unknown>;
}

/**
 * Opens the model for `work` and closes it after. A folder that is another run's is refused before: `known` is what the
 * stage's run configuration has without the model; `work` takes the folder, and checks the rest.
 */
export async function withStageModel<T>(
  options: StageOptions,
  known: Record<string, unknown>,
  work: (opened: OpenModel) => Promise<T>,
): Promise<T> {
  const { out, resume, force } = options;
  await checkRunFolder(out, { config: known, partial: true, resume, force });
  const opened = await openModel(chooseModel(options.model, options.modality), options.engine);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** `prepared.jsonl` of a folder, or the file itself. */
export async function preparedFile(given: string): Promise<string> {
  const found = await stat(given).catch(() => undefined);
  return found?.isDirectory() ? path.join(given, 'prepared.jsonl') : given;
}
