import { join } from 'node:path';
import { writeFileAtomic } from '@sea-align/core';
import { evaluationFiles, type BenchResult } from '@sea-align/evaluation';
import { reportRuns } from '../report/report-runs.js';

/** Of the bootstrap; a report of one run has none. */
const seed = 1;

/**
 * Writes `result.json` and the report of an evaluation, finished or not. Throws what reading its folder throws, and
 * DiskError.
 */
export async function writeResults(folder: string): Promise<BenchResult> {
  const { report } = await reportRuns({ runs: [folder], seed });
  const [{ result }] = report.runs;
  await writeFileAtomic(join(folder, evaluationFiles.result), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}
