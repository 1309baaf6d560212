import { join, sep } from 'node:path';
import { ConfigError, RunFolderError, runFileName } from '@sea-align/core';
import { evaluationFiles } from '@sea-align/evaluation';
import { listIfThere } from './question-folder.js';

/**
 * Throws ConfigError where a run would be written over its benchmark, and RunFolderError for the folder of another command (a
 * benchmark that was built, a model that was aligned): `--force` must not delete what took hours and is no evaluation.
 */
export async function refuseOtherFolder(folder: string, bench: string): Promise<void> {
  if (bench === folder || bench.startsWith(join(folder, sep))) {
    throw new ConfigError(`--out ${folder}: the benchmark is there.`, {
      hint: 'Choose another --out; a run has a folder of its own.',
    });
  }
  const names = await listIfThere(folder);
  const more = names.filter((name) => name !== runFileName && !name.startsWith('.'));
  if (!names.includes(runFileName) || names.includes(evaluationFiles.cases) || more.length === 0) return;
  throw new RunFolderError(`The folder ${folder} belongs to another command: it holds no evaluation.`, {
    code: 'SEA_RUN_FOLDER_FOREIGN',
    hint: 'Choose another --out.',
  });
}
