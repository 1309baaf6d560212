import { createOpenAIChat, type ChatClient, type OpenAIChatOptions } from '@sea-align/chat';
import {
  checkRunFolder,
  openRunFolder,
  sha256File,
  type CommandContext,
  type RunFolderOptions,
} from '@sea-align/core';
import { findFfmpeg, type EncoderName, type FfmpegTools } from '@sea-align/media';
import { basename, resolve } from 'node:path';
import { buildBenchmark, recordOf, type BuiltBenchmark } from '../build/build-benchmark.js';
import { BuildFolder } from '../build/build-folder.js';
import { controlsFolder } from '../build/benchmark-manifest.js';
import { createProducers } from '../build/create-producers.js';
import { planBuild, withControls, type Plan } from '../build/plan.js';
import type { Producer } from '../build/producer.js';
import { Records, type CaseRecord } from '../build/records.js';
import type { TaskResult } from '../build/run-task.js';
import { mediumOf, selectTasks, type MediaTask, type TaskSelection } from '../build/tasks.js';
import { readControlPhrases } from '../controls/control-phrases.js';
import { drawTwins, howTwinsAreMade, type Twin } from '../controls/draw-twins.js';
import { wordCase } from '../rewriting/word-case.js';
import {
  decisive,
  parseSettings,
  type Settings,
  type SpeechName,
  type TextToVideoName,
} from '../settings/settings.js';
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
  /** Also build a benign twin of each case, in `<out>/controls`. */
  readonly controls?: boolean;
  /** Harmless phrases for the twins, in place of the app's; means `controls`. */
  readonly controlPhrases?: string;
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
  /** The benign twins, where they were asked for. */
  readonly controls?: BuildResult;
}

/** Whether everything that was to be built is there. */
export function isComplete({ leftOut, controls }: BuildResult): boolean {
  return leftOut.length === 0 && (controls === undefined || isComplete(controls));
}

/** `va-safetybench build`: the plan with `dryRun`, else what was built. */
export async function build(options: BuildOptions, context: CommandContext): Promise<Plan | BuildResult> {
  const settings = parseSettings(options.set);
  const selection = selectTasks(options.tasks);
  const source = await openSource(options);
  const selected = await selectCases(source, options);
  const tools = await findTools(selection);
  const work: Work = { options, settings, selection, tools, versions: versionsOf(tools), context };
  const config = {
    source: await describeSource(source),
    seed: options.seed,
    textToVideo: options.textToVideo,
    speech: options.speech,
    wav: options.wav ?? false,
  };
  const main = await openPart(resolve(options.out), config, work);
  const controls = await openControls(main, selected, work);
  const parts = controls === undefined ? [main] : [main, controls];
  for (const { folder, claim } of parts) await checkRunFolder(folder.root, claim);
  if (options.dryRun) return plan(main, selected, work, controls);
  const { signal, progress } = context;
  await openRunFolder(main.folder.root, main.claim);
  const built = await buildBenchmark({
    ...jobOf(main, work),
    cases: selected.cases,
    leftOut: selected.leftOut,
    word: (testCase) => wordCase(testCase, main.chat, signal),
    onProgress: progress.listener,
  });
  const result = sayBuilt('Benchmark', main, built, context);
  if (controls === undefined) return result;
  await openRunFolder(controls.folder.root, controls.claim);
  const twins = await buildBenchmark({
    ...jobOf(controls, work),
    // A case without a question has no twin either.
    cases: twinsOf(built.cases, controls.twins).map((twin) => twin.case),
    leftOut: [],
    word: (testCase) => wordCase(testCase),
    twinOf: ({ scenario, id }) => controls.twins.get(caseName(scenario, id))?.twinOf,
    manifestTwinOf: { benchmark: '..', how: howTwinsAreMade },
    onProgress: (event) => progress.listener({ ...event, stage: `controls: ${event.stage}` }),
  });
  return { ...result, controls: sayBuilt('Controls', controls, twins, context) };
}

interface Work {
  readonly options: BuildOptions;
  readonly settings: Settings;
  readonly selection: TaskSelection;
  readonly tools?: FfmpegTools;
  readonly versions: Readonly<Record<string, string>>;
  readonly context: CommandContext;
}

/** The benchmark itself, or its controls: a folder, and who fills it. */
interface Part {
  readonly folder: BuildFolder;
  readonly records: Records;
  readonly chat?: ChatClient;
  readonly producers: readonly Producer[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly claim: RunFolderOptions;
}

interface Controls extends Part {
  /** By `caseName`. */
  readonly twins: ReadonlyMap<string, Twin>;
}

/** Touches nothing. Throws ConfigError for faults in the settings. */
async function openPart(
  root: string,
  config: Readonly<Record<string, unknown>>,
  { options, settings, selection, tools, versions }: Work,
): Promise<Part> {
  const folder = new BuildFolder(root, options.shard);
  const records = new Records(folder);
  const chat = openChat(settings.llm, folder);
  const parts = { ...options, folder, records, settings, selection, tools, chat, versions };
  const claimed = { ...config, settings: decisive(settings) };
  return {
    folder,
    records,
    chat,
    producers: await createProducers(parts),
    config: { ...config, settings },
    claim: { config: claimed, resume: options.force !== true, force: options.force },
  };
}

/** Throws DatasetError for faults in the phrases. */
async function openControls(
  { folder, config }: Part,
  { ofAllShards }: Selection,
  work: Work,
): Promise<Controls | undefined> {
  const { controls, controlPhrases, seed } = work.options;
  if (controls !== true && controlPhrases === undefined) return undefined;
  const phrases = await readControlPhrases(controlPhrases);
  const twins = drawTwins(ofAllShards, phrases, seed);
  const { settings: _, ...own } = config;
  const part = await openPart(
    folder.path(controlsFolder),
    { ...own, controls: { phrases: phrases.file } },
    work,
  );
  return {
    ...part,
    twins: new Map(twins.map((twin) => [caseName(twin.case.scenario, twin.case.id), twin])),
  };
}

function jobOf(
  { folder, records, producers, config }: Part,
  { options: { shard, concurrency }, selection, versions, context }: Work,
) {
  return { folder, records, producers, config, shard, concurrency, selection, versions, context };
}

/** The twins of those cases, in their order. */
function twinsOf(cases: readonly CaseRecord[], twins: Controls['twins']): Twin[] {
  return cases.flatMap(({ scenario, id }) => twins.get(caseName(scenario, id)) ?? []);
}

function caseName(scenario: string, id: string): string {
  return JSON.stringify([scenario, id]);
}

function sayBuilt(
  what: string,
  { folder }: Part,
  { tasks, cases, leftOut, manifest }: BuiltBenchmark,
  { say }: CommandContext,
): BuildResult {
  for (const line of buildText(tasks, manifest)) say(line);
  say(`${what}: ${folder.root}`);
  return {
    out: folder.root,
    tasks,
    cases: cases.length,
    standIns: manifest.standIns,
    flagged: manifest.flags.length,
    leftOut,
    questionFiles: manifest.questionFiles.map(({ path, cases: count }) => ({ path, cases: count })),
  };
}

/** Plans the benchmark and its controls, and says it. */
async function plan(
  main: Part,
  { cases, leftOut }: Selection,
  { options, context: { say } }: Work,
  controls?: Controls,
): Promise<Plan> {
  const shared = {
    filesPerCase: (task: MediaTask) => (mediumOf(task) === 'Audio' && options.wav ? 2 : 1),
    concurrency: options.concurrency,
  };
  const worded = async (all: readonly TestCase[]) =>
    (await Promise.all(all.map((each) => wordCase(each)))).flatMap((each) =>
      'leftOut' in each ? [] : [recordOf(each)],
    );
  const planOf = (part: Part, all: readonly TestCase[], records: readonly CaseRecord[]) =>
    planBuild({ ...shared, ...part, cases: all, records, finished: part.records });
  const records = await worded(cases);
  let whole = await planOf(main, cases, records);
  if (controls !== undefined) {
    const twins = twinsOf(records, controls.twins).map((twin) => twin.case);
    whole = withControls(whole, await planOf(controls, twins, await worded(twins)));
  }
  for (const line of planText(whole)) say(line);
  for (const { scenario, id, place, reason } of leftOut) {
    say(`Left out: ${scenario ?? ''} ${id ?? ''} (${place ?? ''}): ${reason}`);
  }
  return whole;
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
