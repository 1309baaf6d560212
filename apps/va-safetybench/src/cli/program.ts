import { commandRunner, type CommonOptions } from '@sea-align/core';
import { Command, Option } from 'commander';
import type { BuildOptions, BuildResult } from '../commands/build.js';
import type { ReportCommandOptions } from '../commands/report.js';
import { speechNames, textToVideoNames } from '../settings/settings.js';
import { addEvaluateCommand } from './evaluate-command.js';
import { list, positiveNumber, repeatable, wholeNumber, withCommon } from './option-values.js';
import { addResultsCommands } from './results-commands.js';

const runCommand = commandRunner('va-safetybench');

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
    .addOption(
      new Option(
        '--set <group.name=value>',
        'a setting of typo, textToVideo, speech, audio, noise or llm; may be repeated',
      )
        .argParser(repeatable)
        .default([], 'none'),
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
    .description(
      'show one evaluation, or compare several with the first: HTML, Markdown, CSV, JSON, JSON lines',
    )
    .option('--out <path>', 'a file of that format, or a folder (default: the folder of the last run)')
    .option('--format <list>', 'html, md, csv, json, jsonl (default: all, or that of the file)', list)
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

  addEvaluateCommand(program, runCommand);
  addResultsCommands(program, runCommand);

  withCommon(program.command('demo'))
    .description('build the harmless sample cases offline, and verify them')
    .option('--out <dir>', 'folder of the benchmark', 'runs/demo-bench')
    .option(
      '--evaluate',
      'also build benign twins, and ask the embedded tiny models everything: a full report',
    )
    .option('--force', 'replace the benchmark that is in the folder')
    .addHelpText(
      'after',
      '\nExamples:\n  va-safetybench demo\n  va-safetybench demo --evaluate\n  va-safetybench demo --out runs/second --json',
    )
    .action((flags: CommonOptions & { out: string; evaluate?: boolean; force?: boolean }) =>
      runCommand(flags, async (context) => {
        const { demo, wentWell } = await import('../commands/demo.js');
        const result = await demo(flags, context);
        if (!wentWell(result)) process.exitCode = 1;
        return result;
      }),
    );

  return program;
}
