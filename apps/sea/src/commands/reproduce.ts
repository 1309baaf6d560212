import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { formatDuration, openRunFolder, type RunManifestData, writeFileAtomic } from '@sea-align/core';
import type { CommandContext } from '../cli/run-command.js';
import { mediumAttackAnswers } from '../experiment/attack-answers.js';
import { reproduceArms } from '../experiment/arms.js';
import { runExperiment } from '../experiment/experiment.js';
import { resultsMarkdown, type SeedResult } from '../experiment/results-markdown.js';
import { experimentSettings } from '../experiment/settings.js';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { embeddedModels, type EmbeddedModality } from '../stages/embedded-models.js';
import { chooseModel, openModel, type OpenModel } from '../stages/open-model.js';
import { modalitySuffix } from './modality-suffix.js';
import { withRun } from './open-run.js';
import { startManifest } from './run-manifest.js';

export interface ReproduceOptions {
  readonly modality: EmbeddedModality;
  /** Default: `runs/reproduce`, with the modality behind it where that is not image. */
  readonly out?: string;
  readonly seeds: readonly number[];
  /** Renderings to test on; choices are made on `validation`. */
  readonly split: 'validation' | 'test';
  /** Seeds run at the same time, each in a process of its own. Small models use one core better than two. */
  readonly jobs: number;
  /** File or folder for the results (`results.md`, `results-video.md`, …); default: the run folder. */
  readonly results?: string;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly engine: Partial<EngineSettings>;
}

type SeedOptions = Pick<ReproduceOptions, 'split' | 'modality'> & { readonly out: string };

async function runSeed(
  seed: number,
  options: SeedOptions,
  opened: OpenModel,
  { progress, signal }: CommandContext,
): Promise<{ result: SeedResult; manifest: RunManifestData }> {
  const { modality } = options;
  const config = {
    command: 'reproduce',
    seed,
    ...(modality !== 'image' && { modality }),
    split: options.split,
    settings: experimentSettings(modality),
    arms: reproduceArms(modality),
  };
  // The outer folder has been taken already: a seed's folder is this run's own, or empty.
  const folder = await openRunFolder(path.join(options.out, `seed-${seed}`), { config, resume: true });
  const manifest = await startManifest(folder, opened, config, { reproduce: seed });
  const { arms, optimize } = await runExperiment({
    model: opened.model,
    folder: folder.path,
    arms: reproduceArms(modality),
    settings: experimentSettings(modality),
    split: options.split,
    seed,
    manifest,
    onProgress: (event) => progress.listener({ ...event, stage: `seed ${seed}: ${event.stage}` }),
    signal,
  });
  const { verified, total, meanSteps } = optimize;
  const seconds = Object.fromEntries(manifest.data.stages.map(({ name, seconds: time }) => [name, time]));
  const result = {
    seed,
    arms: arms.map(({ arm, answers, rates, failed }) => ({
      name: arm,
      rates,
      mediumAttacks: mediumAttackAnswers(answers, modality),
      failed,
    })),
    embeddings: { verified, total, meanSteps },
    seconds,
  };
  await writeFileAtomic(folder.file('results.json'), `${JSON.stringify(result, null, 2)}\n`);
  return { result, manifest: manifest.data };
}

/** `sea reproduce-seed`, which `reproduce` starts for each seed when it runs several at a time. */
export async function reproduceSeed(
  { seed, engine, ...options }: SeedOptions & { seed: number; engine: Partial<EngineSettings> },
  context: CommandContext,
): Promise<void> {
  const opened = await openModel(chooseModel(embeddedModels[options.modality]), engine);
  try {
    await runSeed(seed, options, opened, context);
  } finally {
    await opened.close();
  }
}

/** Threads of a child: with several children one each, unless told otherwise. */
const childThreads = ({ engine }: ReproduceOptions): number => engine.threads ?? 1;

/** Runs the seeds in child processes, `jobs` at a time; what a child leaves undone, the caller does and reports. */
async function runInChildren(options: ReproduceOptions & SeedOptions, signal: AbortSignal) {
  const { seeds, jobs, out, split, modality, engine } = options;
  const flags = Object.entries({ ...engine, threads: childThreads(options) }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  const waiting = [...seeds];
  const worker = async () => {
    for (let seed = waiting.shift(); seed !== undefined && !signal.aborted; seed = waiting.shift()) {
      const args = [
        'reproduce-seed',
        '--seed',
        String(seed),
        '--out',
        out,
        '--split',
        split,
        '--modality',
        modality,
        ...flags,
      ];
      const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child.stderr.pipe(process.stderr, { end: false });
      const stop = () => child.kill('SIGTERM');
      signal.addEventListener('abort', stop, { once: true });
      await new Promise<void>((resolve) => child.once('close', () => resolve()));
      signal.removeEventListener('abort', stop);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds.length) }, worker));
  signal.throwIfAborted();
}

/** The Markdown's path: as given, or by its usual name where that is a folder. */
async function resultsFile(given: string, modality: EmbeddedModality): Promise<string> {
  const found = await stat(given).catch(() => undefined);
  return path.resolve(
    found?.isDirectory() ? path.join(given, `results${modalitySuffix(modality)}.md`) : given,
  );
}

/** The toy experiment with all arms on fresh seeds; writes means, intervals and the claim's verdict as Markdown. */
export async function reproduce(given: ReproduceOptions, context: CommandContext) {
  const started = performance.now();
  const { modality, seeds, split, jobs } = given;
  const options = { ...given, out: given.out ?? `runs/reproduce${modalitySuffix(modality)}` };
  const config = {
    command: 'reproduce',
    ...(modality !== 'image' && { modality }),
    seeds,
    split,
    settings: experimentSettings(modality),
    arms: reproduceArms(modality),
  };
  const model = chooseModel(embeddedModels[modality]);
  return withRun({ ...options, config, model }, async (opened, folder) => {
    context.say(`Engine: ${opened.engine.describe()}`);
    if (jobs > 1) await runInChildren(options, context.signal);
    const results: SeedResult[] = [];
    let machine = '';
    for (const seed of seeds) {
      const { result, manifest } = await runSeed(seed, options, opened, context);
      const { cpu, cores, platform, arch } = manifest.machine;
      machine = `${cpu}, ${cores} cores, ${platform} ${arch}, Node.js ${process.versions.node}`;
      results.push(result);
      context.say(`seed ${seed} done after ${formatDuration((performance.now() - started) / 1000)}`);
    }
    const markdown = resultsMarkdown(results, {
      machine,
      engine:
        jobs > 1
          ? `${opened.engine.describe()}; ${jobs} seeds at a time in processes of ${childThreads(options)} thread(s)`
          : opened.engine.describe(),
      model: `${embeddedModels[modality]} (sha256 ${opened.model.hash.slice(0, 16)}…), renderings: ${split}`,
      date: new Date().toISOString().slice(0, 10),
      settings: experimentSettings(modality),
      modality,
    });
    const file = await resultsFile(options.results ?? folder.path, modality);
    await writeFileAtomic(file, markdown);
    context.say(`\n${markdown}\nWritten to ${file}`);
    return { results: file, seeds: results };
  });
}
