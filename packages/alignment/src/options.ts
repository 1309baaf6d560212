import { ConfigError, parseConfig } from '@sea-align/core';
import { z } from 'zod';

import { rowGroups } from './rows/alignment-row.js';

/** SFT, or DPO with an optional chosen-NLL term. */
export type AlignmentMethod = 'sft' | 'dpo';

/** The language model's linear layers, the usual targets of LoRA. */
export const allLinearTargets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

const count = z.int().min(0);
const positive = z.number().positive();

/**
 * Which weights alignment may change. The modality encoder is not among the choices: SEA rests on its staying what it
 * was, since embeddings were optimised as its outputs.
 */
export const trainableSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('full') }),
  z.strictObject({ kind: z.literal('projector') }),
  z.strictObject({
    kind: z.literal('lora'),
    rank: z.int().min(1).default(8),
    alpha: positive.default(16),
    targets: z.array(z.string().min(1)).min(1).default(allLinearTargets),
  }),
]);
/** What a caller may give for it. */
export type AlignmentTrainableInput = z.input<typeof trainableSchema>;
export type AlignmentTrainable = z.output<typeof trainableSchema>;

/** Rows of each group in one optimiser step; by default 32, half of them refusals. */
const compositionSchema = z
  .strictObject({
    textHarmful: count.default(8),
    textHarmless: count.default(5),
    mediumHarmful: count.default(8),
    mediumHarmless: count.default(5),
    retention: count.default(6),
  })
  .refine((each) => rowGroups.some((group) => each[group] > 0), 'at least one group needs rows');
export type BatchComposition = z.infer<typeof compositionSchema>;

export const alignmentOptionsSchema = z.strictObject({
  /** Optimiser steps. Default: 100 for SFT, 120 for DPO. */
  steps: z.int().min(1).optional(),
  /** Peak learning rate. Default: 3e-4, 2e-3 for LoRA. */
  learningRate: positive.optional(),
  schedule: z.enum(['cosine', 'linear', 'constant']).default('cosine'),
  /** Steps over which the rate rises; default 5, at most a tenth of `steps`. */
  warmupSteps: count.optional(),
  /** Rate at the end of the schedule over the peak rate. */
  finalLearningRateRatio: z.number().min(0).max(1).default(0.1),
  /** Decoupled decay, on matrices only (not on norms and biases), none for LoRA by default. */
  weightDecay: z.number().min(0).optional(),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  eps: positive.default(1e-8),
  /** Largest 2-norm of the step's gradient. */
  maxGradientNorm: positive.default(1),
  rowsPerStep: compositionSchema.prefault({}),
  /** Token sequences in one run of the graph (a DPO pair is two); a step accumulates over as many as it needs. */
  microBatch: z.int().min(2).default(16),
  /** DPO: strength of the pull towards the reference. */
  beta: positive.default(0.1),
  /** DPO: weight of the chosen answers' NLL; 0 is plain DPO. */
  nllWeight: z.number().min(0).default(2),
  /** Tokens in the longest row; default: the model's limit. */
  maxLength: z.int().min(1).optional(),
  validation: z
    .strictObject({
      /** Part of the samples held out; 0 trains on all and keeps the last parameters. */
      fraction: z.number().min(0).max(0.5).default(0.1),
      /** Steps between two looks at the held-out rows. */
      every: z.int().min(1).default(20),
      /** Looks without an improvement after which training stops; 0 never stops early. */
      patience: count.default(3),
      /** What counts as an improvement, nats. */
      minImprovement: z.number().min(0).default(1e-4),
    })
    .prefault({}),
  /** Steps between two checkpoints; 0 writes one only when stopped from outside. */
  checkpointEvery: count.default(50),
});

/** What a caller may give; everything has a default. */
export type AlignmentOptions = z.input<typeof alignmentOptionsSchema>;

/** Options with every default filled in. */
export type ResolvedOptions = Required<Omit<z.output<typeof alignmentOptionsSchema>, 'maxLength'>> & {
  maxLength?: number;
};

/**
 * Fills in the defaults. They are this project's (the paper publishes none): chosen on the toy world.
 *
 * @throws ConfigError with every fault at once
 */
export function resolveOptions(
  method: AlignmentMethod,
  trainable: AlignmentTrainable,
  options: AlignmentOptions = {},
): ResolvedOptions {
  const given = parseConfig(alignmentOptionsSchema, options, 'alignment options');
  const lora = trainable.kind === 'lora';
  const steps = given.steps ?? (method === 'sft' ? 100 : 120);
  const resolved = {
    ...given,
    steps,
    learningRate: given.learningRate ?? (lora ? 2e-3 : 3e-4),
    warmupSteps: given.warmupSteps ?? Math.min(5, Math.floor(steps / 10)),
    weightDecay: given.weightDecay ?? (lora ? 0 : 0.01),
  };
  if (resolved.warmupSteps > steps) {
    throw new ConfigError('alignment options: one fault', {
      issues: [
        { path: 'warmupSteps', message: `must be at most steps (${steps}), got ${resolved.warmupSteps}` },
      ],
    });
  }
  return resolved;
}

/** @throws ConfigError, for the modality encoder too */
export function resolveTrainable(trainable: unknown = { kind: 'full' }): AlignmentTrainable {
  return parseConfig(trainableSchema, trainable, 'alignment trainable');
}
