import { ProgressMeter, RunManifest, type CommandContext, type ProgressListener } from '@sea-align/core';
import pLimit from 'p-limit';
import type { WordedCase } from '../rewriting/word-case.js';
import type { LeftOut, TestCase } from '../source/test-case.js';
import { assemble } from './assemble.js';
import type { BenchmarkManifest } from './benchmark-manifest.js';
import type { BuildFolder } from './build-folder.js';
import type { Producer } from './producer.js';
import { nameOf, type CaseRecord, type Records } from './records.js';
import { runTask, type TaskResult } from './run-task.js';
import type { TaskSelection } from './tasks.js';

/** One benchmark folder and all that goes into it. */
export interface BenchmarkJob {
  readonly folder: BuildFolder;
  readonly records: Records;
  readonly producers: readonly Producer[];
  readonly selection: TaskSelection;
  readonly shard?: string;
  readonly concurrency: number;
  readonly cases: readonly TestCase[];
  /** Entries of the source that are no cases. */
  readonly leftOut: readonly LeftOut[];
  word(testCase: TestCase): Promise<WordedCase>;
  /** What only a benchmark of controls knows of a case. */
  twinOf?(testCase: TestCase): CaseRecord['twinOf'];
  /** For the manifest. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly manifestTwinOf?: BenchmarkManifest['twinOf'];
  readonly versions: Readonly<Record<string, string>>;
  readonly context: Pick<CommandContext, 'signal'>;
  readonly onProgress?: ProgressListener;
}

export interface BuiltBenchmark {
  readonly tasks: readonly TaskResult[];
  readonly cases: readonly CaseRecord[];
  /** Of the cases that this run was to build. */
  readonly leftOut: readonly LeftOut[];
  readonly manifest: BenchmarkManifest;
}

/** Builds what the folder lacks: words the cases, makes the media task by task, writes question files and manifest. */
export async function buildBenchmark(job: BenchmarkJob): Promise<BuiltBenchmark> {
  const { folder, records, producers, selection, shard, concurrency, onProgress } = job;
  const { signal } = job.context;
  await folder.prepare();
  const timings = await RunManifest.open(folder.path('work', 'timings.json'), {
    config: { out: folder.root, tasks: selection.media, shard, concurrency },
    versions: job.versions,
  });
  const timed = async <T>(stage: string, run: () => Promise<T>): Promise<T> => {
    timings.start(stage);
    try {
      const result = await run();
      timings.end(stage);
      return result;
    } finally {
      await timings.save();
    }
  };
  const { cases, leftOut } = await timed('questions', () => wordCases(job));
  const tasks: TaskResult[] = [];
  for (const producer of producers) {
    const run = { folder, records, concurrency, signal, onProgress };
    tasks.push(await timed(producer.task, () => runTask(producer, cases, run)));
  }
  const leftOutNow = [...job.leftOut, ...leftOut, ...tasks.flatMap((result) => result.leftOut)];
  const manifest = await assemble(folder, records, selection, job.config, leftOutNow, job.manifestTwinOf);
  await folder.clearStaging();
  return { tasks, cases, leftOut: leftOutNow, manifest };
}

/** Words the cases that no earlier run has worded, and keeps them as records. */
async function wordCases(job: BenchmarkJob): Promise<{ cases: CaseRecord[]; leftOut: LeftOut[] }> {
  const { records, cases, concurrency, onProgress, context } = job;
  const limit = pLimit(concurrency);
  const meter = new ProgressMeter('questions', cases.length, onProgress);
  const word = async (testCase: TestCase): Promise<CaseRecord | LeftOut> => {
    context.signal.throwIfAborted();
    const known = await records.readCase(testCase.scenario, nameOf(testCase.id));
    const worded = known === undefined ? await job.word(testCase) : undefined;
    meter.tick();
    if (worded === undefined) return known as CaseRecord;
    if ('leftOut' in worded) return worded.leftOut;
    const record = recordOf(worded, job.twinOf?.(testCase));
    await records.writeCase(record);
    return record;
  };
  // All that are under way end before a fault is thrown: nothing is written behind the back of what comes after.
  const settled = await Promise.allSettled(cases.map((each) => limit(() => word(each))));
  const fault = settled.find((each) => each.status === 'rejected');
  if (fault !== undefined) throw fault.reason;
  const done = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  return {
    cases: done.filter((each): each is CaseRecord => 'questions' in each),
    leftOut: done.filter((each): each is LeftOut => !('questions' in each)),
  };
}

/** The record of a case that was worded. */
export function recordOf(
  { case: testCase, questions, flags }: Exclude<WordedCase, { leftOut: LeftOut }>,
  twinOf?: CaseRecord['twinOf'],
): CaseRecord {
  const { scenario, id, kind, phrase } = testCase;
  const tie = twinOf === undefined ? {} : { twinOf };
  return { scenario, id, name: nameOf(id), kind, phrase, ...tie, questions, flags: [...flags] };
}
