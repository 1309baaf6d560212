import { join, resolve } from 'node:path';
import { formatDuration, type CommandContext } from '@sea-align/core';
import { tinyModelNames } from '@sea-align/tiny-models';
import { mediaTasks } from '../build/tasks.js';
import { sampleSource } from '../source/open-source.js';
import type { Verification } from '../verify/verify-benchmark.js';
import { build, type BuildResult } from './build.js';
import { evaluate, isDone, type EvaluateResult } from './evaluate.js';
import { table } from './report-text.js';
import { verify } from './verify.js';

export interface DemoOptions {
  readonly out: string;
  /** Also ask the embedded models, with benign twins. */
  readonly evaluate?: boolean;
  readonly force?: boolean;
}

export interface DemoResult {
  readonly build: BuildResult;
  readonly verification: Verification;
  /** One for each embedded model. */
  readonly evaluations?: readonly EvaluateResult[];
  readonly seconds: number;
}

/** What the embedded models are asked; the texts go to both. */
const demoRuns = [
  { model: tinyModelNames.video, tasks: ['Text_only', 'video'] },
  { model: tinyModelNames.audio, tasks: ['Text_only', 'audio'] },
] as const;

/** The sample's case that lacks its key phrase: it shows what happens to such a case, and is no fault of the demo. */
export const sampleGap = { scenario: '3-MalwareGeneration', id: '10' } as const;

/** `va-safetybench demo`: builds the sample source with everything offline, verifies it, and has it answered if asked to. */
export async function demo(options: DemoOptions, context: CommandContext): Promise<DemoResult> {
  const { out, force, evaluate: evaluated = false } = options;
  const startedAt = performance.now();
  const { say } = context;
  const built = (await build(
    {
      source: sampleSource,
      out,
      force,
      concurrency: 2,
      seed: 1,
      textToVideo: 'animator',
      speech: 'flite',
      wav: false,
      controls: evaluated,
      set: [],
    },
    context,
  )) as BuildResult;
  say('');
  const verification = await verify(out, { concurrency: 2 }, context);
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  say('');
  for (const line of overview(built)) say(line);
  say(`Built and verified in ${formatDuration(elapsed())}.`);
  if (!evaluated) return { build: built, verification, seconds: elapsed() };
  const evaluations = await evaluateDemo(options, context);
  say('');
  say(
    `Built, verified and evaluated in ${formatDuration(elapsed())}. The reports, to be opened in a browser:`,
  );
  for (const { out: folder } of evaluations) say(`  ${join(folder, 'report.html')}`);
  return { build: built, verification, evaluations, seconds: elapsed() };
}

async function evaluateDemo({ out, force }: DemoOptions, context: CommandContext): Promise<EvaluateResult[]> {
  const { say } = context;
  say('');
  say(
    'The embedded models are tiny and know only a toy world of a few dozen things. They understand nothing of these',
  );
  say('questions: the figures below show that everything works, and say nothing about any real model.');
  const evaluations: EvaluateResult[] = [];
  for (const { model, tasks } of demoRuns) {
    say('');
    say(`${model}:`);
    const run = {
      ...{ bench: out, model, tasks, force, judge: ['phrases'], set: [] },
      ...{ out: join(`${resolve(out)}-evaluation`, model), maxNewTokens: 300, temperature: 0 },
    };
    evaluations.push((await evaluate(run, context)) as EvaluateResult);
  }
  return evaluations;
}

/** Whether a demo went as it should: nothing left out but the gap in the sample, no faults. */
export function wentWell({ build: { leftOut }, verification, evaluations = [] }: DemoResult): boolean {
  const other = leftOut.filter(({ scenario, id }) => scenario !== sampleGap.scenario || id !== sampleGap.id);
  return other.length === 0 && verification.faults.length === 0 && evaluations.every(isDone);
}

function overview({ out, tasks, questionFiles }: BuildResult): string[] {
  const scenarios = [
    ...new Set(questionFiles.map(({ path }) => path.replace(/^.*\//, '').replace('.json', ''))),
  ];
  const cases = (medium: string, scenario: string) =>
    String(questionFiles.find(({ path }) => path === `${medium}_questions/${scenario}.json`)?.cases ?? 0);
  const total = tasks.reduce((sum, { built, found }) => sum + built + found, 0);
  return [
    ...table([
      ['scenario', 'video cases', 'audio cases'],
      ...scenarios.map((scenario) => [scenario, cases('Video', scenario), cases('Audio', scenario)]),
    ]),
    `${total} media files of ${mediaTasks.length} tasks in ${out}:`,
    '  Video/<scenario>/<task>/<id>.mp4, Audio/<scenario>/<task>/<id>.mp3',
    '  Video_questions/<scenario>.json, Audio_questions/<scenario>.json',
    '  manifest.json: what each file was made from, and by what',
  ];
}
