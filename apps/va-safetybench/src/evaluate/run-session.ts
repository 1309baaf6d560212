import { join } from 'node:path';
import { RunManifest, type CommandContext } from '@sea-align/core';
import {
  runBenchmark,
  type BenchmarkRun,
  type BenchResult,
  type EvaluationFacts,
  type RunBenchmarkOptions,
} from '@sea-align/evaluation';
import { appVersion } from '../versions.js';
import { refuseOtherWeights } from './run-facts.js';
import { writeResults } from './write-results.js';

export interface Session {
  /** The run's folder, opened, with its list of cases. */
  readonly folder: string;
  readonly facts: EvaluationFacts;
  /** What the folder's manifest said before. */
  readonly earlier?: EvaluationFacts;
  readonly run: Omit<RunBenchmarkOptions, 'folder' | 'onProgress' | 'signal' | 'onTargetReady'>;
}

/**
 * Asks and judges, then writes manifest, result and report: also where it was interrupted, or failed half-way, so that what
 * was done can be looked at. Throws what `runBenchmark` throws.
 */
export async function runSession(
  { folder, facts: now, earlier, run }: Session,
  { progress, signal, say }: CommandContext,
): Promise<{ run: BenchmarkRun; result: BenchResult }> {
  // Weights are known once they are loaded, so this session may not know what an earlier one did.
  const facts = { ...now, target: { ...earlier?.target, ...now.target } };
  const manifest = await RunManifest.open(join(folder, 'manifest.json'), {
    config: facts,
    versions: { 'va-safetybench': appVersion },
    ...(run.decoding.seed !== undefined && { seeds: { decoding: run.decoding.seed } }),
  });
  const stage = run.target === undefined ? 'judge' : 'evaluate';
  manifest.start(stage);
  await manifest.save();
  const noteTarget = (target: NonNullable<typeof run.target>): void => {
    manifest.data.config = { ...facts, target: target.describe() };
  };
  let outcome: { done: BenchmarkRun } | { failure: unknown };
  try {
    const done = await runBenchmark({
      ...run,
      folder,
      onProgress: progress.listener,
      signal,
      onTargetReady: async (target) => {
        refuseOtherWeights(target, earlier);
        noteTarget(target);
        await manifest.save();
      },
    });
    outcome = { done };
    manifest.end(stage);
  } catch (failure) {
    outcome = { failure };
  }
  try {
    await manifest.save();
    const result = await writeResults(folder);
    if ('done' in outcome) return { run: outcome.done, result };
    say(`What was done until now: ${folder}`);
  } catch (error) {
    // The first fault is the one to tell: a full disk, say, fails here again.
    throw 'failure' in outcome ? outcome.failure : error;
  }
  throw outcome.failure;
}
