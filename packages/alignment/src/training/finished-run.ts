import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { CheckpointError, errnoOf, readJsonl, type RunFolder } from '@sea-align/core';
import { z } from 'zod';

import { readParameters } from './checkpoint.js';
import { type HistoryEntry, historyEntrySchema } from './history.js';
import { type TrainingOutcome, trainingFiles } from './train.js';

/** Written last: a folder that has it holds a finished run. */
export const resultFile = 'result.json';

const resultSchema = z.looseObject({
  steps: z.int().min(0),
  stopped: z.enum(['steps', 'early']),
  best: z.strictObject({ step: z.int().min(0), validationLoss: z.number().optional() }),
});

/** The outcome of a run that `folder` holds finished, its parameters read into `parameters`; undefined if it is not. */
export async function readFinishedRun(
  folder: Pick<RunFolder, 'file'>,
  parameters: ReadonlyMap<string, Float32Array>,
): Promise<TrainingOutcome | undefined> {
  const path = folder.file(resultFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const { steps, stopped, best } = parseResult(text, path);
  await readParameters(folder.file(trainingFiles.parameters), parameters);
  const history: HistoryEntry[] = [];
  for await (const { value } of readJsonl(folder.file(trainingFiles.history), historyEntrySchema))
    history.push(value);
  return { history, steps, stopped, best };
}

function parseResult(text: string, path: string): z.output<typeof resultSchema> {
  try {
    return resultSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CheckpointError(`${path} is not the result of an alignment run.`, {
      hint: `Delete ${dirname(path)} and run again with --resume, or start anew with --force.`,
      cause: error,
    });
  }
}
