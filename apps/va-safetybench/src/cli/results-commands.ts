import type { CommandRunner, CommonOptions } from '@sea-align/core';
import { type Command, Option } from 'commander';
import type { ExportResultsOptions, ImportResultsOptions } from '../commands/published-results.js';
import type { LabelsExportOptions, LabelsImportOptions } from '../commands/labels.js';
import { list, positiveNumber, wholeNumber, withCommon } from './option-values.js';

/** `va-safetybench labels`, `import-results` and `export-results`: what goes into a run’s folder, or out of it. */
export function addResultsCommands(program: Command, runCommand: CommandRunner): void {
  const labels = program
    .command('labels')
    .description('label answers by hand: out to a spreadsheet, and back');
  withCommon(labels.command('export <run>'))
    .description('write a CSV sheet of answers, in random order and blind; fill in its column `label`')
    .requiredOption('--out <file>', 'the sheet')
    .option('--limit <n>', 'so many answers, drawn at random (default: all)', positiveNumber)
    .option('--roles <list>', 'attack, benign, understanding (default: attack)', list)
    .option('--seed <n>', 'of order and draw', wholeNumber, 1)
    .option('--hide-question', 'show the answer only, as the published judge sees it')
    .option('--semicolon', 'cells parted by ; for spreadsheets of locales with a decimal comma')
    .option('--force', 'replace a sheet that is there')
    .addHelpText(
      'after',
      '\nExamples:\n  va-safetybench labels export runs/base --out labels.csv --limit 100',
    )
    .action((run: string, flags: LabelsExportOptions & CommonOptions) =>
      runCommand(flags, async (context) => {
        const { exportLabels } = await import('../commands/labels.js');
        return exportLabels(run, flags, context);
      }),
    );
  withCommon(labels.command('import <run> <file>'))
    .description('take the labels of a sheet over as the verdicts of the judge human:<labeller>')
    .requiredOption('--labeller <name>', 'who labelled')
    .addHelpText('after', '\nExamples:\n  va-safetybench labels import runs/base labels.csv --labeller anna')
    .action((run: string, file: string, flags: LabelsImportOptions & CommonOptions) =>
      runCommand(flags, async (context) => {
        const { importLabels } = await import('../commands/labels.js');
        return importLabels(run, file, flags, context);
      }),
    );

  withCommon(program.command('import-results <dir>'))
    .description(
      'take over what the published evaluation scripts have written, as a run to report and compare',
    )
    .requiredOption('--out <dir>', 'folder of the run')
    .option('--name <text>', 'name of the run and of its model', 'published')
    .option(
      '--bench <dir>',
      'the benchmark that was asked: gives ids and media, so that runs can be compared',
    )
    .option('--force', 'replace the run that is in the folder')
    .addHelpText(
      'after',
      '\nExamples:\n  va-safetybench import-results VA-SafetyBench/results/model --bench VA-SafetyBench --out runs/published',
    )
    .action((dir: string, flags: ImportResultsOptions & CommonOptions) =>
      runCommand(flags, async (context) => {
        const { importResults } = await import('../commands/published-results.js');
        return importResults(dir, flags, context);
      }),
    );
  withCommon(program.command('export-results <run>'))
    .description('write a run in the shape of the published evaluation scripts')
    .requiredOption('--out <dir>', 'folder of the files, in it `video` and `audio`')
    .option('--judge <name>', 'whose verdicts (default: the first judge of the run)')
    .addOption(new Option('--modality <name>', 'only that script’s files').choices(['video', 'audio']))
    .option(
      '--media-root <path>',
      'the benchmark’s folder as the scripts’ --VA_path names it',
      './VA-SafetyBench',
    )
    .addHelpText('after', '\nExamples:\n  va-safetybench export-results runs/base --out results/base')
    .action((run: string, flags: ExportResultsOptions & CommonOptions) =>
      runCommand(flags, async (context) => {
        const { exportResults } = await import('../commands/published-results.js');
        return exportResults(run, flags, context);
      }),
    );
}
