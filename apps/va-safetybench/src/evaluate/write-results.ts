import { join } from 'node:path';
import { writeFileAtomic } from '@sea-align/core';
import { benchResult, evaluationFiles, readEvaluation, type BenchResult } from '@sea-align/evaluation';

/** Writes `result.json` of an evaluation, finished or not. Throws what reading its folder throws, and DiskError. */
export async function writeResults(folder: string): Promise<BenchResult> {
  const { name, cases, answers, verdicts, facts } = await readEvaluation(folder);
  const target = answers[0]?.target ?? String(facts.target.model ?? name);
  const primaryJudge = facts.judges.find(({ roles }) => roles?.includes('attack'))?.name;
  const result = benchResult({ name, cases, answers, verdicts, target, primaryJudge });
  await writeFileAtomic(join(folder, evaluationFiles.result), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}
