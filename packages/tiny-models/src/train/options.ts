import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { ConfigError } from '@sea-align/core';
import { z } from 'zod';

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const optionsSchema = z.strictObject({
  /** Run folder: pictures, states, loss curves. Default: runs/tiny-llava of the workspace. */
  out: z.string().default(fileURLToPath(new URL('../../../../runs/tiny-llava', import.meta.url))),
  /** Folder the finished checkpoint goes to; default: `checkpoint` in the run folder. */
  checkpoint: z.string().optional(),
  resume: z.boolean().default(false),
  force: z.boolean().default(false),
  seed: z.coerce.number().int().nonnegative().default(1),
  'pictures-per-concept': count(1500),
  'vision-steps': count(3500),
  'vision-batch': count(96),
  'language-steps': count(1200),
  /** Overrides both numbers of steps, for a quick try. */
  steps: z.coerce.number().int().positive().optional(),
  'save-every': count(200),
  /** Renderings of each concept that the final figures are measured on. */
  'test-renderings': count(20),
  engine: z.enum(['auto', 'onnxruntime', 'tensorflow']).default('auto'),
  threads: count(2),
});

type RawOptions = z.infer<typeof optionsSchema>;

export interface TrainOptions {
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
  readonly seed: number;
  readonly picturesPerConcept: number;
  readonly visionSteps: number;
  readonly visionBatch: number;
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
  return {
    out: raw.out,
    checkpoint: raw.checkpoint,
    resume: raw.resume,
    force: raw.force,
    saveEvery: raw['save-every'],
    engine: raw.engine,
    threads: raw.threads,
    recipe: {
      seed: raw.seed,
      picturesPerConcept: raw['pictures-per-concept'],
      visionSteps: raw.steps ?? raw['vision-steps'],
      visionBatch: raw['vision-batch'],
      languageSteps: raw.steps ?? raw['language-steps'],
      testRenderings: raw['test-renderings'],
    },
  };
}
