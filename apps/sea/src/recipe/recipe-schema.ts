import { alignmentOptionsSchema, trainableSchema } from '@sea-align/alignment';
import { ConfigError } from '@sea-align/core';
import { datasetFormats, defaultHabits, withOverrides, type HabitOverrides } from '@sea-align/data-prep';
import { optimizeOptionsSchema } from '@sea-align/optimizer';
import { z } from 'zod';
import { baseArm } from '../experiment/arms.js';
import { engineSchema } from './engine-schema.js';

const text = z.string().trim().min(1, 'must not be empty');

/** Checks habits where they are given, so that a fault in them is reported with all others. */
const habitsSchema = z.custom<HabitOverrides>().superRefine((value, context) => {
  if (value === undefined) return;
  try {
    withOverrides(defaultHabits('image'), value);
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    for (const { path, message } of error.issues) {
      context.addIssue({ code: 'custom', path: path === '' ? [] : path.split('.'), message });
    }
  }
});

const datasetSchema = z.strictObject({
  /** JSONL (or a JSON array); relative to the recipe. `toy` is the toy world's text dataset. */
  input: text,
  format: z.enum(['auto', ...datasetFormats]).default('auto'),
  /** What rows are that do not say: true for a safety dataset, false for retention rows (Alpaca and the like). */
  harmful: z.boolean().default(true),
  limit: z.int().min(1).optional(),
});

const extractorSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('offline'),
    /** `toy` adds the toy world's phrases to the rules for simple English. */
    lexicon: z.enum(['toy', 'none']).default('none'),
  }),
  z.strictObject({
    kind: z.literal('llm'),
    model: text,
    baseURL: z.url().optional(),
    /** NAME of the environment variable that holds the key. */
    apiKeyEnv: text.optional(),
    concurrency: z.int().min(1).optional(),
    /** Answers that were paid for, relative to the recipe; default: in the run folder, where --force deletes them. */
    cacheDir: text.optional(),
    /** As the provider's list has it; without it the spend is reported as unknown. */
    price: z
      .strictObject({
        inputPerMillion: z.number().min(0),
        outputPerMillion: z.number().min(0),
        currency: text.optional(),
      })
      .optional(),
  }),
]);

export const prepareSchema = z.strictObject({
  extractor: extractorSchema.prefault({ kind: 'offline' }),
  stylesPerSample: z.int().min(0).default(1),
  /** Ask the model about `probeMedia` (a blank one where empty) how it words its answers. */
  probe: z.boolean().default(true),
  /** Images, videos or sounds, relative to the recipe; `toy` are renderings of the toy world. */
  probeMedia: z.union([z.literal('toy'), z.array(text)]).default([]),
  /** Questions, prefixes and styles; wins over what probing finds. */
  habits: habitsSchema.optional(),
});

/** Which rows an arm aligns on; see `experiment/arms.ts`. Real inputs need media, so recipes do not have them. */
const armDataSchema = z.enum(['textual', 'matched', 'sea', 'sea-unverified']);

export const armSchema = z.strictObject({
  /** Names its answers and its row in the table; the base model has the name `base`. */
  name: text.refine((name) => name !== baseArm, `${baseArm} is the unaligned model's name`),
  data: armDataSchema.default('sea'),
  method: z.enum(['sft', 'dpo']).default('dpo'),
  trainable: trainableSchema.prefault({ kind: 'lora' }),
  /** Rows a step that are not given are those of the arm's data. */
  options: alignmentOptionsSchema
    .extend({ rowsPerStep: alignmentOptionsSchema.shape.rowsPerStep.unwrap().optional() })
    .prefault({}),
  /** Also write a whole checkpoint folder. */
  merged: z.boolean().default(false),
});

export const evaluateSchema = z.strictObject({
  /** JSONL of cases, relative to the recipe; `toy` are the toy world's test renderings. */
  cases: text,
  maxNewTokens: z.int().min(1).default(64),
  batchSize: z.int().min(1).default(64),
});

/** A run from a text dataset to evaluated models. */
export const recipeSchema = z.strictObject({
  name: text,
  seed: z.int().min(0).default(1),
  /** Hugging Face checkpoint folder, relative to the recipe, or an embedded model: `tiny-llava`, `tiny-qwen2-vl`, `tiny-qwen2-audio`. */
  model: text,
  /** What the model is used for, where its family has several (Qwen2-VL: image, video); default: its first, an embedded model's own. */
  modality: text.optional(),
  engine: engineSchema.prefault({}),
  data: z.array(datasetSchema).min(1),
  prepare: prepareSchema.prefault({}),
  optimize: optimizeOptionsSchema.prefault({}),
  align: z
    .array(armSchema)
    .min(1)
    .refine(
      (arms) => new Set(arms.map(({ name }) => name)).size === arms.length,
      'two arms have the same name',
    ),
  evaluate: evaluateSchema.optional(),
});

export type Recipe = z.output<typeof recipeSchema>;
export type DatasetSettings = Recipe['data'][number];
export type PrepareSettings = Recipe['prepare'];
export type ArmSettings = Recipe['align'][number];
export type EvaluateSettings = NonNullable<Recipe['evaluate']>;
