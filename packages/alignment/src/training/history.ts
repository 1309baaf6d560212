import { z } from 'zod';

const measurementSchema = z.strictObject({ loss: z.number(), metrics: z.record(z.string(), z.number()) });

/** One optimiser step, as a line of `loss.jsonl`. */
export const historyEntrySchema = z.strictObject({
  /** Counted from 1. */
  step: z.int().min(1),
  /** The objective on the step's rows, before the update. */
  loss: z.number(),
  learningRate: z.number(),
  /** Global 2-norm before clipping. */
  gradientNorm: z.number(),
  metrics: z.record(z.string(), z.number()),
  /** The objective on the held-out rows, after the update; only on the steps that look. */
  validation: measurementSchema.optional(),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
