import { checkRunFolder, openRunFolder, type RunFolder, type RunFolderOptions } from '@sea-align/core';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { openModel, type ModelChoice, type OpenModel } from '../stages/open-model.js';

export interface RunRequest extends RunFolderOptions {
  /** Run folder. */
  readonly out: string;
  readonly model: ModelChoice;
  readonly engine: Partial<EngineSettings>;
}

/**
 * Opens model and run folder for `work`, and closes the model after it. A folder that is another run's is refused before
 * the model is loaded; it is taken, or an earlier run in it deleted, only once the model is there.
 */
export async function withRun<T>(
  { out, model, engine, config, resume, force }: RunRequest,
  work: (opened: OpenModel, folder: RunFolder) => Promise<T>,
): Promise<T> {
  const folderOptions = { config, resume, force };
  await checkRunFolder(out, folderOptions);
  const opened = await openModel(model, engine);
  try {
    return await work(opened, await openRunFolder(out, folderOptions));
  } finally {
    await opened.close();
  }
}
