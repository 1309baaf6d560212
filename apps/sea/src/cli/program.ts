import { parseConfig } from '@sea-align/core';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { engineSchema, type EngineSettings } from '../recipe/engine-schema.js';
import { embeddedImageModel, embeddedModalities, embeddedModels } from '../stages/embedded-models.js';
import { parseSettings } from './parse-settings.js';
import { runCommand, type CommonOptions } from './run-command.js';

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('must be a whole number, 0 or more');
  return value;
}

function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('must be at least 1');
  return value;
}

/** An unset shell variable must not become the current folder. */
function path(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('must not be empty');
  return text;
}

function seedList(text: string): number[] {
  const seeds = text.split(',').map((part) => wholeNumber(part.trim()));
  if (new Set(seeds).size !== seeds.length) throw new InvalidArgumentError('every seed only once');
  return seeds;
}

/** As in @sea-align/data-prep. Named here because help and wrong options must not wait for the libraries to load. */
const formats = ['auto', 'sea', 'pku-saferlhf', 'alpaca'];

const repeatable = (value: string, before: string[]) => [...before, value];

interface EngineFlags {
  engine?: string;
  backend?: string;
  device?: string;
  threads?: number;
  precision?: string;
}

/** The engine options that were given. @throws ConfigError listing every fault */
function engineOf(flags: EngineFlags): Partial<EngineSettings> {
  const names = ['engine', 'backend', 'device', 'threads', 'precision'] as const;
  const given = Object.fromEntries(
    names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  );
  const checked = parseConfig(engineSchema, given, 'The engine options');
  return Object.fromEntries(Object.entries(checked).filter(([name]) => name in given));
}

function withCommon(command: Command): Command {
  return command
    .option('--json', 'print the result as JSON on standard output')
    .option('--debug', 'show stack traces of errors');
}

function withEngine(command: Command): Command {
  return withCommon(command)
    .option('--engine <name>', 'auto, onnxruntime or tensorflow')
    .option('--backend <name>', 'onnxruntime-node, onnxruntime-web, tfjs, tfjs-node or tfjs-node-gpu')
    .option('--device <name>', 'auto, cpu, cuda, webgpu, coreml, dml or wasm')
    .option('--threads <n>', 'threads within an operation', positiveNumber)
    .option('--precision <name>', 'products with half-precision weights: auto, float32 or float16');
}

function withRunFolder(command: Command, out: Option): Command {
  return command
    .addOption(out.argParser(path))
    .option('--resume', 'go on with an interrupted run in the folder')
    .option('--force', 'replace what an earlier run left in the folder');
}

const toyModalityOption = () =>
  new Option('--modality <name>', 'which embedded model and toy world')
    .choices(embeddedModalities)
    .default('image');

interface StageFlags extends EngineFlags, CommonOptions {
  model: string;
  modality?: string;
  out: string;
  seed: number;
  set: string[];
  resume?: boolean;
  force?: boolean;
}

function withStage(command: Command, text: string): Command {
  return withRunFolder(withEngine(command), new Option('--out <dir>', text).makeOptionMandatory())
    .option(
      '--model <dir>',
      `Hugging Face checkpoint folder, or one of ${Object.values(embeddedModels).join(', ')}`,
      path,
      embeddedImageModel,
    )
    .option('--modality <name>', 'what the model is used for, where it takes several, such as video')
    .option('--seed <n>', 'decides everything random', wholeNumber, 1)
    .option('--set <name=value>', 'a setting of this stage, as in a recipe; may be repeated', repeatable, []);
}

function stageOptions<T extends StageFlags>(flags: T) {
  return { ...flags, engine: engineOf(flags), settings: parseSettings(flags.set) };
}

/** The command line of `sea`. Commands are loaded when they run, so that help answers at once. */
export function createProgram(version: string): Command {
  const program = new Command('sea')
    .description('SEA: safety alignment of multimodal LLMs without any image, video or audio data')
    .version(version)
    .showHelpAfterError('(`--help` shows the options)')
    .exitOverride();

  withRunFolder(
    withEngine(program.command('demo')),
    new Option('--out <dir>', 'run folder; default: runs/demo, or runs/demo-MODALITY'),
  )
    .description('the whole method on an embedded model, in minutes, offline')
    .addOption(toyModalityOption())
    .option('--seed <n>', 'decides everything random', wholeNumber, 1)
    .addHelpText(
      'after',
      '\nExamples:\n  sea demo\n  sea demo --modality video\n  sea demo --modality audio --out runs/second --seed 2 --json',
    )
    .action((flags) =>
      runCommand(flags, async (context) => {
        const { demo } = await import('../commands/demo.js');
        return demo({ ...flags, engine: engineOf(flags) }, context);
      }),
    );

  const recipes = fileURLToPath(new URL('../../recipes/', import.meta.url));
  withRunFolder(
    withEngine(program.command('run <recipe>')),
    new Option('--out <dir>', "run folder; default: runs/NAME with the recipe's name"),
  )
    .description('run a recipe: prepare, optimize, align and evaluate')
    .option('--dry-run', 'check everything, say what it would spend, write nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  sea run apps/sea/recipes/tiny-llava.yaml --out runs/tiny\n' +
        '  sea run my.yaml --out runs/mine --dry-run\n  sea run my.yaml --out runs/mine --resume' +
        `\n\nRecipes that come with SEA, in ${recipes}:\n  ${readdirSync(recipes).join('\n  ')}`,
    )
    .action((recipe: string, flags) =>
      runCommand(flags, async (context) => {
        const { runRecipe } = await import('../commands/run-recipe.js');
        return runRecipe(recipe, { ...flags, engine: engineOf(flags) }, context);
      }),
    );

  withStage(program.command('prepare'), 'folder for prepared.jsonl and rejected.jsonl')
    .description('stage 1: a text safety dataset becomes prepared samples')
    .requiredOption('--input <file>', 'JSONL dataset, or `toy`', path)
    .addOption(new Option('--format <name>', 'of the dataset').choices(formats).default('auto'))
    .option('--harmless', 'rows that do not say are harmless (retention data)')
    .option('--limit <n>', 'only the first rows', positiveNumber)
    .option('--shard <i/n>', 'only every n-th row, from the i-th on')
    .option('--dry-run', 'check the dataset and estimate the spend; write nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  sea prepare --input toy --out runs/prepared\n' +
        '  sea prepare --input safety.jsonl --out runs/prepared --dry-run \\\n' +
        '    --set extractor.kind=llm --set extractor.model=MODEL --set extractor.apiKeyEnv=OPENAI_API_KEY',
    )
    .action((flags) =>
      runCommand(flags, async (context) => {
        const { prepareCommand } = await import('../commands/prepare.js');
        return prepareCommand(stageOptions(flags), context);
      }),
    );

  withStage(program.command('optimize'), 'folder for the embeddings')
    .description('stage 2: optimise and verify an embedding per prepared sample')
    .requiredOption('--prepared <path>', 'folder of `sea prepare`, or its prepared.jsonl', path)
    .addHelpText(
      'after',
      '\nExample:\n  sea optimize --prepared runs/prepared --out runs/embeddings --set steps=80',
    )
    .action((flags) =>
      runCommand(flags, async (context) => {
        const { optimizeCommand } = await import('../commands/optimize.js');
        return optimizeCommand(stageOptions(flags), context);
      }),
    );

  withStage(program.command('align'), 'folder for the aligned weights')
    .description('stage 3: align the model on synthetic embeddings, by SFT or DPO')
    .requiredOption('--prepared <path>', 'folder of `sea prepare`, or its prepared.jsonl', path)
    .requiredOption('--embeddings <dir>', 'folder of `sea optimize`', path)
    .option('--merged', 'also write a whole checkpoint folder')
    .addHelpText(
      'after',
      '\nExamples:\n  sea align --prepared runs/prepared --embeddings runs/embeddings --out runs/aligned\n' +
        '  sea align --prepared runs/prepared --embeddings runs/embeddings --out runs/lora \\\n' +
        '    --set method=sft --set trainable.kind=lora --set trainable.rank=16',
    )
    .action((flags) =>
      runCommand(flags, async (context) => {
        const { alignCommand } = await import('../commands/align.js');
        return alignCommand(stageOptions(flags), context);
      }),
    );

  withStage(program.command('evaluate'), 'folder for answers and rates')
    .description('attack success, over-refusal and abilities of a model on a file of cases')
    .option('--cases <file>', 'JSONL of cases, or `toy`', path, 'toy')
    .option('--aligned <dir>', 'folder of `sea align`, or a PEFT adapter', path)
    .option('--name <text>', 'name of the model in tables')
    .addHelpText(
      'after',
      '\nA case is a line {"id", "condition", "measure": "attack" | "benign" | "accuracy", "question", "medium"?, "expected"?}.' +
        '\n\nExample:\n  sea evaluate --aligned runs/aligned --out runs/evaluated',
    )
    .action((flags) =>
      runCommand(flags, async (context) => {
        const { evaluateCommand } = await import('../commands/evaluate.js');
        return evaluateCommand(stageOptions(flags), context);
      }),
    );

  withRunFolder(
    withEngine(program.command('reproduce')),
    new Option('--out <dir>', 'run folder; default: runs/reproduce, or runs/reproduce-MODALITY'),
  )
    .description('the toy experiment with every arm on fresh seeds')
    .addOption(toyModalityOption())
    .option('--seeds <list>', 'comma-separated', seedList, [11, 12, 13, 14, 15])
    .addOption(
      new Option('--split <name>', 'renderings to test on').choices(['test', 'validation']).default('test'),
    )
    .option('--jobs <n>', 'seeds run at the same time, each in its own process', positiveNumber, 1)
    .option('--results <file>', 'file or folder for the Markdown; default: the run folder', path)
    .addHelpText(
      'after',
      '\nExamples:\n  sea reproduce --results docs\n  sea reproduce --modality video --results docs\n  sea reproduce --jobs 2 --resume',
    )
    .action((flags) =>
      runCommand(flags, async (context) => {
        const { reproduce } = await import('../commands/reproduce.js');
        return reproduce({ ...flags, engine: engineOf(flags) }, context);
      }),
    );

  withEngine(program.command('reproduce-seed', { hidden: true }))
    .description('one seed of `sea reproduce`, which starts this in a process of its own')
    .requiredOption('--seed <n>', 'seed', wholeNumber)
    .requiredOption('--out <dir>', 'run folder of `sea reproduce`')
    .requiredOption('--split <name>', 'renderings to test on')
    .addOption(toyModalityOption())
    .action((flags) =>
      runCommand(flags, async (context) => {
        const { reproduceSeed } = await import('../commands/reproduce.js');
        return reproduceSeed({ ...flags, engine: engineOf(flags) }, context);
      }),
    );

  withEngine(program.command('doctor'))
    .description('which engines and devices were found, what is used, and why not the others')
    .addHelpText('after', '\nExample:\n  sea doctor --json')
    .action((flags) =>
      runCommand(flags, async (context) => {
        const settings = engineOf(flags);
        const { doctor } = await import('../commands/doctor.js');
        return doctor(settings, context);
      }),
    );

  for (const command of program.commands) command.exitOverride();
  return program;
}
