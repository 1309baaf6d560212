import { commandRunner, type CommonOptions } from '@sea-align/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BuildOptions, BuildResult } from '../commands/build.js';
import type { EvaluateOptions, EvaluateResult } from '../commands/evaluate.js';
import { targetKinds } from '../evaluate/kinds.js';
import type { ReportCommandOptions } from '../commands/report.js';
import { speechNames, textToVideoNames } from '../settings/settings.js';

const runCommand = commandRunner('va-safetybench');

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('must be a whole number, 0 or more');
  return value;
}

function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('must be at least 1');
  return value;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('must be a number, 0 or more');
  return value;
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
const repeatable = (value: string, before: string[]) => [...before, value];

function withCommon(command: Command): Command {
  return command
    .option('--json', 'print the result as JSON on standard output')
    .option('--debug', 'show stack traces of errors');
}

/** The command line of `va-safetybench`. Commands are loaded when they run, so that help answers at once. */
export function createProgram(version: string): Command {
  const program = new Command('va-safetybench')
    .description('VA-SafetyBench: builds the video and audio safety benchmark from text cases, and checks it')
    .version(version)
    .showHelpAfterError('(`--help` shows the options)')
    .exitOverride();

  withCommon(program.command('build'))
    .description('build the benchmark, or go on with an interrupted build in the same folder')
    .requiredOption(
      '--source <path>',
      'processed_questions of MM-SafetyBench, published VA-SafetyBench questions, a .jsonl file, or `sample`',
    )
    .requiredOption('--out <dir>', 'folder of the benchmark')
    .option('--phrases <file>', 'key phrases for published VA-SafetyBench questions')
    .option('--tasks <list>', 'video, audio, or names of tasks, such as TYPO,KPT (default: all)', list)
    .option('--scenarios <list>', 'numbers 1 to 8 or names (default: the eight)', list)
    .option('--limit <n>', 'only the first cases of each scenario', positiveNumber)
    .option('--shard <i/n>', 'only every n-th case, from the i-th on')
    .option('--concurrency <n>', 'cases at once', positiveNumber, 2)
    .option('--seed <n>', 'decides everything random', wholeNumber, 1)
    .addOption(
      new Option('--text-to-video <name>', 'who makes the videos of DM; the animator is an offline stand-in')
        .choices(textToVideoNames)
        .default('animator'),
    )
    .addOption(new Option('--speech <name>', 'who speaks').choices(speechNames).default('flite'))
    .option('--wav', 'also write a WAV file beside each mp3')
    .option(
      '--controls',
      'also build a harmless twin of every case, in <out>/controls, to measure over-refusal',
    )
    .option('--control-phrases <file>', 'your own harmless phrases for the twins, JSONL or JSON')
    .option(
      '--set <group.name=value>',
      'a setting of typo, textToVideo, speech, audio, noise or llm; may be repeated',
      repeatable,
      [],
    )
    .option('--dry-run', 'say what would be built, asked and spent; write nothing')
    .option('--resume', 'go on with what is in the folder: what it does in any case')
    .option('--force', 'replace the benchmark that is in the folder')
    .addHelpText(
      'after',
      '\nExamples:\n  va-safetybench build --source sample --out runs/sample\n' +
        '  va-safetybench build --source MM-SafetyBench/data/processed_questions --out VA-SafetyBench --dry-run\n' +
        '  va-safetybench build --source cases.jsonl --out runs/typo --tasks TYPO,KPT --scenarios 1,6 --limit 10\n' +
        '  va-safetybench build --source cases.jsonl --out runs/real --speech edge --set speech.voice=en-US-GuyNeural \\\n' +
        '    --text-to-video http --set textToVideo.url=http://localhost:8000/generate \\\n' +
        '    --set llm.model=MODEL --set llm.apiKeyEnv=OPENAI_API_KEY',
    )
    .action((flags: BuildOptions & CommonOptions) =>
      runCommand(flags, async (context) => {
        const { build, isComplete } = await import('../commands/build.js');
        const result = await build(flags, context);
        if (!flags.dryRun && !isComplete(result as BuildResult)) process.exitCode = 1;
        return result;
      }),
    );

  withCommon(program.command('verify <dir>'))
    .description('check a benchmark: every file, its properties and content, against the manifest')
    .option('--concurrency <n>', 'files at once', positiveNumber, 2)
    .addHelpText(
      'after',
      '\nReads the words of TYPO videos where tesseract is installed, and recognises speech where PocketSphinx is.' +
        '\n\nExamples:\n  va-safetybench verify runs/sample\n  va-safetybench verify runs/sample --json',
    )
    .action((dir: string, flags: CommonOptions & { concurrency: number }) =>
      runCommand(flags, async (context) => {
        const { verify } = await import('../commands/verify.js');
        const result = await verify(dir, flags, context);
        if (result.faults.length > 0) process.exitCode = 1;
        return result;
      }),
    );

  withCommon(program.command('report <run...>'))
    .description('show one evaluation, or compare several with the first: HTML, Markdown, CSV, JSON')
    .option('--out <path>', 'a file of that format, or a folder (default: the folder of the last run)')
    .option('--format <list>', 'html, md, csv, json (default: all, or that of the file)', list)
    .option('--judge <name>', 'whose attack success is shown first (default: the first judge of each run)')
    .option('--seed <n>', 'of the bootstrap intervals of differences', wholeNumber, 1)
    .option('--bench <dir>', 'where the benchmark lies now, to play its media from')
    .addHelpText(
      'after',
      '\nThe page loads nothing but the media of the benchmark, by relative paths: move both together.' +
        '\n\nExamples:\n  va-safetybench report runs/base\n  va-safetybench report runs/base runs/aligned --out runs/comparison.html\n' +
        '  va-safetybench report runs/base runs/aligned --judge phrases --format md,csv --json',
    )
    .action((runs: string[], flags: ReportCommandOptions & CommonOptions) =>
      runCommand(flags, async (context) => {
        const { report } = await import('../commands/report.js');
        return report(runs, flags, context);
      }),
    );

  withCommon(program.command('evaluate'))
    .description(
      'ask a model every case of a benchmark, judge every answer, report; goes on with what is in --out',
    )
    .option('--bench <dir>', 'the benchmark: the folder that `build` made, or one in the published layout')
    .option(
      '--model <name>',
      'tiny-qwen2-vl, tiny-qwen2-audio, a checkpoint folder, or a server’s name of its model',
    )
    .requiredOption('--out <dir>', 'folder of the run')
    .addOption(
      new Option('--target <kind>', 'what --model is (default: by the settings, else engine)').choices(
        targetKinds,
      ),
    )
    .option('--adapter <dir>', 'result of `sea align`, or a PEFT adapter, over a model of our own engine')
    .option(
      '--judge <name>',
      'who judges, the first one quoted; may be repeated (default: phrases)',
      repeatable,
      [],
    )
    .option('--name <text>', 'name of the run in tables and reports (default: the model’s)')
    .option('--phrases <file>', 'key phrases, for understanding checks on a published benchmark')
    .option('--tasks <list>', 'video, audio, or names of tasks, such as Text_only,TYPO (default: all)', list)
    .option('--scenarios <list>', 'numbers 1 to 8 or names (default: all)', list)
    .option('--roles <list>', 'attack, benign, understanding (default: all)', list)
    .option('--limit <n>', 'only the first test cases of each scenario', positiveNumber)
    .option('--shard <i/n>', 'only every n-th test case, from the i-th on')
    .option('--max-new-tokens <n>', 'longest answer', positiveNumber, 300)
    .option('--temperature <t>', '0: greedy', number, 0)
    .option('--top-p <p>', 'nucleus sampling, with a temperature', number)
    .option('--seed <n>', 'of sampling', wholeNumber)
    .option('--system <text>', 'system prompt in place of the model’s own; empty: none')
    .option('--concurrency <n>', 'questions at once (default: what suits the target)', positiveNumber)
    .option('--requests-per-minute <n>', 'questions a minute at most', number)
    .option('--max-cost <amount>', 'stop before this is spent, over all sessions; needs prices', number)
    .option('--set <group.name=value>', 'a setting of target or judge; may be repeated', repeatable, [])
    .option('--dry-run', 'say what would be asked, judged and spent; ask nothing, write nothing')
    .option('--rejudge', 'only judge the answers in --out, with further judges too; ask no question')
    .option('--resume', 'go on with what is in the folder: what it does in any case')
    .option('--force', 'replace the run that is in the folder')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  va-safetybench evaluate --bench runs/sample --model tiny-qwen2-vl --tasks Text_only,video --out runs/tiny\n' +
        '  va-safetybench evaluate --bench VA-SafetyBench --model Qwen2-VL-2B-Instruct --out runs/base --dry-run\n' +
        '  va-safetybench evaluate --bench VA-SafetyBench --model my-model --set target.url=http://localhost:8000/v1 \\\n' +
        '    --judge llm --set judge.model=gpt-4o-mini --set judge.apiKeyEnv=OPENAI_API_KEY --max-cost 2 --out runs/served\n' +
        '  va-safetybench evaluate --rejudge --judge llm-question --set judge.model=gpt-4o-mini --out runs/served',
    )
    .action((flags: EvaluateOptions & CommonOptions) =>
      runCommand(flags, async (context) => {
        const { evaluate, isDone } = await import('../commands/evaluate.js');
        const result = await evaluate(flags, context);
        if (!flags.dryRun && !isDone(result as EvaluateResult)) process.exitCode = 1;
        return result;
      }),
    );

  withCommon(program.command('demo'))
    .description('build the harmless sample cases offline, and verify them')
    .option('--out <dir>', 'folder of the benchmark', 'runs/demo-bench')
    .option('--force', 'replace the benchmark that is in the folder')
    .addHelpText(
      'after',
      '\nExamples:\n  va-safetybench demo\n  va-safetybench demo --out runs/second --json',
    )
    .action((flags: CommonOptions & { out: string; force?: boolean }) =>
      runCommand(flags, async (context) => {
        const { demo, wentWell } = await import('../commands/demo.js');
        const result = await demo(flags, context);
        if (!wentWell(result)) process.exitCode = 1;
        return result;
      }),
    );

  return program;
}
