import { parseConfig } from '@sea-align/core';
import { z } from 'zod';

const positive = z.number().positive();
const count = z.number().int().positive();

/**
 * Options of embedding optimisation. The paper publishes neither optimiser nor learning rate, steps or stop rule: every
 * default here is this project's own, tried on the tiny model (README, "Options").
 */
export const optimizeOptionsSchema = z
  .strictObject({
    /** Most Adam updates per embedding. 0 keeps E_0: the blank control. */
    steps: z.number().int().nonnegative().default(80),
    /** Adam's base learning rate, as a fraction of the root mean square of M(blank): encoders differ in scale. */
    learningRate: positive.default(0.2),
    /** Shape of the learning rate over a member's own steps. */
    schedule: z.enum(['constant', 'linear', 'cosine']).default('constant'),
    warmupSteps: z.number().int().nonnegative().default(0),
    /** Where `linear` and `cosine` end. */
    minLearningRate: z.number().nonnegative().default(0),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: positive.default(1e-8),
    /** Standard deviation of the seeded noise on M(blank), as a fraction of the root mean square of M(blank). */
    noise: z.number().nonnegative().default(0.5),
    /** Largest L2 norm of one embedding's gradient, with E in units of the root mean square of M(blank); null for no clipping. */
    clipNorm: positive.nullable().default(null),
    stop: z
      .strictObject({
        /** Converged once every control sample's loss per target token (nats) is at or below this; null for never. */
        lossPerToken: positive.nullable().default(0.001),
        /** Converged once the best loss has improved by less than `minImprovement` (relative) over so many steps; null for never. */
        patience: count.nullable().default(20),
        minImprovement: z.number().nonnegative().lt(1).default(0.01),
      })
      .prefault({}),
    /** Embeddings that are scored together. Changes speed and memory, not results. */
    batchSize: count.default(16),
    /**
     * Layer by layer, each computed again for its gradient: the memory of one layer in place of all, for half as much again of time.
     * `auto`: on a CPU, where the whole model would take more than half of the memory. Does not change results.
     */
    gradientCheckpointing: z.union([z.literal('auto'), z.boolean()]).default('auto'),
    /** Embeddings per sample, each from its own noise. */
    embeddingsPerSample: count.default(1),
    /**
     * Questions that the content target answers: the prepared one, and so many less one of the verification questions,
     * which then train and no longer verify. One verification question is always left.
     */
    contentQuestions: count.default(2),
    /** Style control samples drawn per embedding from those prepared; null for all of them, 0 for content only. */
    styleSamples: z.number().int().nonnegative().nullable().default(null),
    verify: z
      .strictObject({
        enabled: z.boolean().default(true),
        maxNewTokens: count.default(32),
        /** How many of the questions must be answered with an expected phrase. The content question always must. */
        require: z.enum(['content', 'majority', 'all']).default('all'),
      })
      .prefault({}),
    /** A shard of tensors is closed when it holds about so many bytes. */
    shardBytes: count.default(64 * 1024 * 1024),
  })
  .refine((options) => options.minLearningRate <= options.learningRate, {
    message: 'must not be above learningRate',
    path: ['minLearningRate'],
  })
  .refine((options) => options.warmupSteps <= options.steps, {
    message: 'must not be above steps',
    path: ['warmupSteps'],
  });

export type OptimizeOptions = z.output<typeof optimizeOptionsSchema>;
export type OptimizeOptionsInput = z.input<typeof optimizeOptionsSchema>;

/**
 * Fills in defaults.
 * @throws ConfigError with every faulty option at once, each with its path
 */
export function resolveOptimizeOptions(input: OptimizeOptionsInput = {}): OptimizeOptions {
  return parseConfig(optimizeOptionsSchema, input, 'Options of embedding optimisation');
}
