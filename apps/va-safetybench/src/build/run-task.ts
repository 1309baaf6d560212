import { stat } from 'node:fs/promises';
import { ProgressMeter, sha256File, type ProgressListener } from '@sea-align/core';
import pLimit from 'p-limit';
import type { LeftOut } from '../source/test-case.js';
import type { BuildFolder } from './build-folder.js';
import { faultsInARow, reasonOf, stopsRun } from './fault-policy.js';
import type { Produced, Producer } from './producer.js';
import type { CaseRecord, FileRecord, Records } from './records.js';
import { mediaPath, type MediaTask } from './tasks.js';

export interface TaskRun {
  readonly folder: BuildFolder;
  readonly records: Records;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface TaskResult {
  readonly task: MediaTask;
  /** Finished in this run. */
  readonly built: number;
  /** Finished by an earlier one. */
  readonly found: number;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Makes the media of one task for all cases that lack them. A case's fault is listed and the rest goes on; faults that
 * concern all cases (see `stopsRun`) and the signal's reason are thrown, once the cases under way have ended.
 */
export async function runTask(
  producer: Producer,
  cases: readonly CaseRecord[],
  run: TaskRun,
): Promise<TaskResult> {
  const { task } = producer;
  const todo = await withoutMedium(cases, task, run.records);
  const found = cases.length - todo.length;
  const leftOut: LeftOut[] = [];
  if (todo.length === 0) return { task, built: 0, found, leftOut };

  run.onProgress?.({ stage: task, done: found, total: cases.length });
  await producer.prepare?.(todo, run.signal);
  const meter = new ProgressMeter(task, cases.length, run.onProgress, { alreadyDone: found });
  const limit = pLimit(run.concurrency);
  let inARow = 0;
  let lastFault = '';
  let stopped: { readonly by: unknown } | undefined;
  const one = async (testCase: CaseRecord): Promise<void> => {
    if (stopped !== undefined || run.signal.aborted) return;
    const { scenario, id } = testCase;
    if (inARow >= faultsInARow) {
      const reason = `not tried: ${faultsInARow} cases in a row had failed before, the last with: ${lastFault}`;
      leftOut.push({ scenario, id, task, reason });
      return;
    }
    try {
      await keep(testCase, task, await producer.produce(testCase, run.signal), run);
      inARow = 0;
    } catch (error) {
      if (run.signal.aborted) return;
      if (stopsRun(error)) {
        stopped ??= { by: error };
        return;
      }
      inARow += 1;
      lastFault = reasonOf(error);
      leftOut.push({ scenario, id, task, reason: lastFault });
    }
    meter.tick(1, leftOut.length === 0 ? {} : { metrics: { failed: leftOut.length } });
  };
  await Promise.all(todo.map((testCase) => limit(() => one(testCase))));
  if (stopped !== undefined) throw stopped.by;
  run.signal.throwIfAborted();
  return { task, built: todo.length - leftOut.length, found, leftOut };
}

/** The cases whose medium is still to be made. */
export async function withoutMedium(
  cases: readonly CaseRecord[],
  task: MediaTask,
  records: Records,
): Promise<CaseRecord[]> {
  const todo: CaseRecord[] = [];
  for (const testCase of cases) {
    const record = await records.readMedium(testCase.scenario, testCase.name, task);
    if (record === undefined) todo.push(testCase);
  }
  return todo;
}

/** Moves the files into their places, then writes the record: a medium without a record is made again. */
async function keep(
  { scenario, id, name }: CaseRecord,
  task: MediaTask,
  { files, shown, standIn, provenance, versions }: Produced,
  { folder, records }: TaskRun,
): Promise<void> {
  const kept: FileRecord[] = [];
  for (const { staged, extension, decoded } of files) {
    const path = mediaPath(task, scenario, name, extension);
    const [{ size: bytes }, sha256] = await Promise.all([stat(staged), sha256File(staged)]);
    await folder.place(staged, path);
    kept.push({ path, bytes, sha256, decoded });
  }
  await records.writeMedium({ scenario, id, name, task, files: kept, shown, standIn, provenance, versions });
}
