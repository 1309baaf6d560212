import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { ConfigError } from '@sea-align/core';
import { z } from 'zod';

import { tinyModelNames } from '../data/files.js';
import { toyModalities, type ToyModality } from '../world/modality.js';
import { tinyModels } from './tiny-models.js';

const count = z.coerce.number().int().positive();
const names = toyModalities.map((modality) => tinyModelNames[modality]);

const optionsSchema = z.strictObject({
  /** Which of the models. */
  model: z.enum(names).default('tiny-llava'),
  /** Run folder: renderings, states, loss curves. Default: runs/<model> of the workspace. */
  out: z.string().optional(),
  /** Folder the finished checkpoint goes to; default: `checkpoint` in the run folder. */
  checkpoint: z.string().optional(),
  resume: z.boolean().default(false),
  force: z.boolean().default(false),
  seed: z.coerce.number().int().nonnegative().default(1),
  'renderings-per-concept': count.optional(),
  'encoder-steps': count.optional(),
  'encoder-batch': count.optional(),
  'language-steps': count.optional(),
  /** Overrides both numbers of steps, for a quick try. */
  steps: count.optional(),
  'save-every': count.default(200),
  /** Renderings of each concept that the final figures are measured on. */
  'test-renderings': count.default(20),
  engine: z.enum(['auto', 'onnxruntime', 'tensorflow']).default('auto'),
  threads: count.default(2),
});

type RawOptions = z.infer<typeof optionsSchema>;

export interface TrainOptions {
  readonly modality: ToyModality;
  readonly out: string;
  readonly checkpoint: string | undefined;
  readonly resume: boolean;
  readonly force: boolean;
  readonly saveEvery: number;
  readonly engine: RawOptions['engine'];
  readonly threads: number;
  readonly recipe: Recipe;
}

/** What decides the weights that come out; a run is resumed only with the same recipe. */
export interface Recipe {
  readonly model: string;
  readonly seed: number;
  readonly renderingsPerConcept: number;
  readonly encoderSteps: number;
  readonly encoderBatch: number;
  readonly languageSteps: number;
  readonly testRenderings: number;
}

/** @throws ConfigError listing every fault of the command line */
export function parseTrainOptions(args: readonly string[]): TrainOptions {
  const flags = Object.fromEntries(
    Object.keys(optionsSchema.shape).map((name) => [
      name,
      { type: name === 'resume' || name === 'force' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  let values: unknown;
  try {
    values = parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error), {
      hint: `Options: ${Object.keys(flags)
        .map((name) => `--${name}`)
        .join(' ')}`,
      cause: error,
    });
  }
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) {
    throw new ConfigError('The command line has faults:', {
      issues: parsed.error.issues.map(({ path, message }) => ({ path: `--${path.join('.')}`, message })),
    });
  }
  const raw = parsed.data;
  const modality = toyModalities.find((each) => tinyModelNames[each] === raw.model) ?? 'image';
  const { defaults } = tinyModels[modality];
  return {
    modality,
    out: raw.out ?? fileURLToPath(new URL(`../../../../runs/${raw.model}`, import.meta.url)),
    checkpoint: raw.checkpoint,
    resume: raw.resume,
    force: raw.force,
    saveEvery: raw['save-every'],
    engine: raw.engine,
    threads: raw.threads,
    recipe: {
      model: raw.model,
      seed: raw.seed,
      renderingsPerConcept: raw['renderings-per-concept'] ?? defaults.renderingsPerConcept,
      encoderSteps: raw.steps ?? raw['encoder-steps'] ?? defaults.encoderSteps,
      encoderBatch: raw['encoder-batch'] ?? defaults.encoderBatch,
      languageSteps: raw.steps ?? raw['language-steps'] ?? defaults.languageSteps,
      testRenderings: raw['test-renderings'],
    },
  };
}
