import { join } from 'node:path';
import { JsonlLog } from '@sea-align/core';
import type { z } from 'zod';
import { logFile, logPaths, type LogName } from './evaluation-files.js';
import { readLogs } from './read-evaluation.js';

/** A log that a session writes to, and what all logs of its kind in the folder held before. */
export interface EvaluationLog<T> {
  readonly log: JsonlLog<T>;
  readonly before: readonly T[];
}

/** Opens a log of the run's folder, of one shard or of the whole. Throws DatasetError for a broken line, and DiskError. */
export async function openLog<T>(
  folder: string,
  name: LogName,
  schema: z.ZodType<T>,
  shard?: string,
): Promise<EvaluationLog<T>> {
  // Opening cuts off what a killed run has half-written, so it comes before reading.
  const log = await JsonlLog.open(join(folder, logFile(name, shard)), schema);
  try {
    const only = (await logPaths(folder, name)).length === 1;
    return { log, before: only ? [...log.entries] : await readLogs(folder, name, schema) };
  } catch (error) {
    await log.close();
    throw error;
  }
}
