import { formatDuration, type CommandContext } from '@sea-align/core';
import { mediaTasks } from '../build/tasks.js';
import { sampleSource } from '../source/open-source.js';
import type { Verification } from '../verify/verify-benchmark.js';
import { build, type BuildResult } from './build.js';
import { table } from './report-text.js';
import { verify } from './verify.js';

export interface DemoOptions {
  readonly out: string;
  readonly force?: boolean;
}

export interface DemoResult {
  readonly build: BuildResult;
  readonly verification: Verification;
  readonly seconds: number;
}

/** The sample's case that lacks its key phrase: it shows what happens to such a case, and is no fault of the demo. */
export const sampleGap = { scenario: '3-MalwareGeneration', id: '10' } as const;

/** `va-safetybench demo`: builds the sample source with everything offline, and verifies it. */
export async function demo({ out, force }: DemoOptions, context: CommandContext): Promise<DemoResult> {
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
      set: [],
    },
    context,
  )) as BuildResult;
  say('');
  const verification = await verify(out, { concurrency: 2 }, context);
  const seconds = (performance.now() - startedAt) / 1000;
  say('');
  for (const line of overview(built)) say(line);
  say(`Built and verified in ${formatDuration(seconds)}.`);
  return { build: built, verification, seconds };
}

/** Whether a demo went as it should: nothing left out but the gap in the sample, no faults. */
export function wentWell({ build: { leftOut }, verification }: DemoResult): boolean {
  const other = leftOut.filter(({ scenario, id }) => scenario !== sampleGap.scenario || id !== sampleGap.id);
  return other.length === 0 && verification.faults.length === 0;
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
