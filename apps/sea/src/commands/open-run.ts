import { checkRunFolder, openRunFolder, type RunFolder, type RunFolderOptions } from '@sea-align/core';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { openModel, type OpenModel } from '../stages/open-model.js';

export interface RunRequest extends RunFolderOptions {
  /** Run folder. */
  readonly out: string;
  /** Checkpoint folder. */
  readonly checkpoint: string;
  readonly engine: Partial<EngineSettings>;
}

/**
 * Opens model and run folder for `work`, and closes the model after it. A folder that is another run's is refused before
 * the model is loaded; it is taken, or an earlier run in it deleted, only once the model is there.
 */
export async function withRun<T>(
  { out, checkpoint, engine, config, resume, force }: RunRequest,
  work: (opened: OpenModel, folder: RunFolder) => Promise<T>,
): Promise<T> {
  const folderOptions = { config, resume, force };
  await checkRunFolder(out, folderOptions);
  const opened = await openModel(checkpoint, engine);
  try {
    return await work(opened, await openRunFolder(out, folderOptions));
  } finally {
    await opened.close();
  }
}
