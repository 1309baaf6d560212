import { createOpenAIChat, type ChatClient, type OpenAIChatOptions } from '@sea-align/chat';
import {
  checkRunFolder,
  openRunFolder,
  ProgressMeter,
  RunManifest,
  sha256File,
  type CommandContext,
} from '@sea-align/core';
import { findFfmpeg, type EncoderName, type FfmpegTools } from '@sea-align/media';
import pLimit from 'p-limit';
import { basename, resolve } from 'node:path';
import { assemble } from '../build/assemble.js';
import { BuildFolder } from '../build/build-folder.js';
import { createProducers } from '../build/create-producers.js';
import { planBuild, type Plan } from '../build/plan.js';
import { nameOf, Records, type CaseRecord } from '../build/records.js';
import { runTask, type TaskResult } from '../build/run-task.js';
import { mediumOf, selectTasks, type TaskSelection } from '../build/tasks.js';
import { wordCase, type WordedCase } from '../rewriting/word-case.js';
import { decisive, parseSettings, type SpeechName, type TextToVideoName } from '../settings/settings.js';
import { openSource, type Source } from '../source/open-source.js';
import { selectCases, type Selection } from '../source/select-cases.js';
import type { LeftOut, TestCase } from '../source/test-case.js';
import { appVersion } from '../versions.js';
import { buildText, planText } from './report-text.js';

export interface BuildOptions {
  readonly source: string;
  readonly phrases?: string;
  readonly out: string;
  readonly tasks?: readonly string[];
  readonly scenarios?: readonly string[];
  readonly limit?: number;
  readonly shard?: string;
  readonly concurrency: number;
  readonly seed: number;
  readonly textToVideo: TextToVideoName;
  readonly speech: SpeechName;
  readonly wav?: boolean;
  readonly set: readonly string[];
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

export interface BuildResult {
  readonly out: string;
  readonly tasks: readonly TaskResult[];
  readonly cases: number;
  readonly standIns: readonly string[];
  readonly flagged: number;
  /** Of the cases that this run was to build. */
  readonly leftOut: readonly LeftOut[];
  /** Question files, with the number of cases in each. */
  readonly questionFiles: readonly { path: string; cases: number }[];
}

/** `va-safetybench build`: the plan with `dryRun`, else what was built. */
export async function build(options: BuildOptions, context: CommandContext): Promise<Plan | BuildResult> {
  const { say } = context;
  const settings = parseSettings(options.set);
  const selection = selectTasks(options.tasks);
  const source = await openSource(options);
  const selected = await selectCases(source, options);
  const tools = await findTools(selection);
  const config = {
    source: await describeSource(source),
    seed: options.seed,
    textToVideo: options.textToVideo,
    speech: options.speech,
    wav: options.wav ?? false,
    settings: decisive(settings),
  };
  const claim = { config, resume: options.force !== true, force: options.force };
  const folder = new BuildFolder(resolve(options.out), options.shard);
  const chat = openChat(settings.llm, folder);
  const records = new Records(folder);
  const parts = {
    ...options,
    folder,
    records,
    settings,
    selection,
    tools,
    chat,
    versions: versionsOf(tools),
  };
  const producers = await createProducers(parts);
  await checkRunFolder(options.out, claim);
  if (options.dryRun) {
    const plan = await planBuild({
      cases: selected.cases,
      records: (await Promise.all(selected.cases.map((each) => wordCase(each)))).flatMap(recordOf),
      finished: records,
      producers,
      filesPerCase: (task) => (mediumOf(task) === 'Audio' && options.wav ? 2 : 1),
      concurrency: options.concurrency,
      chat,
    });
    for (const line of planText(plan)) say(line);
    for (const { scenario, id, place, reason } of selected.leftOut) {
      say(`Left out: ${scenario ?? ''} ${id ?? ''} (${place ?? ''}): ${reason}`);
    }
    return plan;
  }
  await openRunFolder(options.out, claim);
  await folder.prepare();
  const work: Work = { ...options, folder, records, selected, chat, context };
  const timings = await RunManifest.open(folder.path('work', 'timings.json'), {
    config: {
      out: folder.root,
      tasks: selection.media,
      shard: options.shard,
      concurrency: options.concurrency,
    },
    versions: parts.versions,
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
  const { cases, leftOut } = await timed('questions', () => wordCases(work));
  const results: TaskResult[] = [];
  for (const producer of producers) {
    const { signal, progress } = context;
    const run = { ...work, signal, onProgress: progress.listener };
    results.push(await timed(producer.task, () => runTask(producer, cases, run)));
  }
  const leftOutNow = [...selected.leftOut, ...leftOut, ...results.flatMap((result) => result.leftOut)];
  const manifest = await assemble(folder, work.records, selection, { ...config, settings }, leftOutNow);
  await folder.clearStaging();
  for (const line of buildText(results, manifest)) say(line);
  say(`Benchmark: ${folder.root}`);
  return {
    out: folder.root,
    tasks: results,
    cases: cases.length,
    standIns: manifest.standIns,
    flagged: manifest.flags.length,
    leftOut: leftOutNow,
    questionFiles: manifest.questionFiles.map(({ path, cases: count }) => ({ path, cases: count })),
  };
}

interface Work {
  readonly folder: BuildFolder;
  readonly records: Records;
  readonly selected: Selection;
  readonly chat?: ChatClient;
  readonly concurrency: number;
  readonly context: CommandContext;
}

/** Words the cases that no earlier run has worded, and keeps them as records. */
async function wordCases(work: Work): Promise<{ cases: CaseRecord[]; leftOut: LeftOut[] }> {
  const { records, selected, chat, context, concurrency } = work;
  const { signal, progress } = context;
  const limit = pLimit(concurrency);
  const meter = new ProgressMeter('questions', selected.cases.length, progress.listener);
  const word = async (testCase: TestCase): Promise<CaseRecord | LeftOut> => {
    signal.throwIfAborted();
    const known = await records.readCase(testCase.scenario, nameOf(testCase.id));
    const worded = known === undefined ? await wordCase(testCase, chat, signal) : undefined;
    meter.tick();
    if (worded === undefined) return known as CaseRecord;
    const [record] = recordOf(worded);
    if ('leftOut' in worded) return worded.leftOut;
    await records.writeCase(record);
    return record;
  };
  // All that are under way end before a fault is thrown: nothing is written behind the back of what comes after.
  const settled = await Promise.allSettled(selected.cases.map((each) => limit(() => word(each))));
  const fault = settled.find((each) => each.status === 'rejected');
  if (fault !== undefined) throw fault.reason;
  const done = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  return {
    cases: done.filter((each): each is CaseRecord => 'questions' in each),
    leftOut: done.filter((each): each is LeftOut => !('questions' in each)),
  };
}

function recordOf(worded: WordedCase): CaseRecord[] {
  if ('leftOut' in worded) return [];
  const { scenario, id, kind, phrase } = worded.case;
  return [
    { scenario, id, name: nameOf(id), kind, phrase, questions: worded.questions, flags: [...worded.flags] },
  ];
}

/** ffmpeg with what the tasks need, found before anything is written; undefined where none is needed. */
async function findTools({ media }: TaskSelection): Promise<FfmpegTools | undefined> {
  if (media.length === 0) return undefined;
  const mediums = new Set(media.map(mediumOf));
  const encoders: EncoderName[] = [];
  if (mediums.has('Video')) encoders.push('libx264');
  if (mediums.has('Audio')) encoders.push('libmp3lame');
  return findFfmpeg({ encoders });
}

/** By hashes and names without folders: a benchmark does not depend on where its source lay. */
async function describeSource({ format, files }: Source) {
  const inputs = await Promise.all(
    files.map(async (file) => ({ name: basename(file), sha256: await sha256File(file) })),
  );
  return { format, files: inputs };
}

function openChat(llm: Record<string, unknown>, folder: BuildFolder): ChatClient | undefined {
  if (Object.keys(llm).length === 0) return undefined;
  // Checked, with every fault, by the client itself.
  const options = { cacheDir: folder.path('work', 'cache', 'chat'), ...llm } as unknown as OpenAIChatOptions;
  return createOpenAIChat(options);
}

function versionsOf(tools: FfmpegTools | undefined): Record<string, string> {
  return {
    'va-safetybench': appVersion,
    node: process.versions.node,
    ...(tools === undefined ? {} : { ffmpeg: tools.version }),
  };
}
