import { z } from 'zod';
import { benchModalities, caseRoles, decodingSchema } from './records.js';

/** What a run says of itself, as `config` of its `manifest.json`. Holds no key. */
export const evaluationFactsSchema = z.object({
  /** The run's name in tables and reports. */
  name: z.string().min(1),
  /** The benchmark's folder, relative to the run's, with `/`; absolute only where there is no such way. */
  bench: z.string().optional(),
  /** SHA-256 of the question files, by their path in the benchmark. */
  questionFiles: z.array(z.object({ path: z.string(), sha256: z.string() })).default([]),
  /** What the model is: kind, model, hash, settings. */
  target: z.record(z.string(), z.unknown()).default({}),
  modalities: z.array(z.enum(benchModalities)).optional(),
  /** The system prompt that was asked with; empty: none. Missing: the target's own, which it does not tell. */
  system: z.string().optional(),
  decoding: decodingSchema.optional(),
  /** All judges of the run, those of earlier sessions too; the first one's figures are the ones quoted. */
  judges: z
    .array(
      z.object({
        name: z.string(),
        promptHash: z.string(),
        roles: z.array(z.enum(caseRoles)).optional(),
        settings: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
  /** What was asked for in the last session: tasks, scenarios, limit, roles, shard. */
  selection: z.record(z.string(), z.unknown()).default({}),
  /** Cases of the selection that were not asked, and why. */
  notAsked: z
    .array(z.object({ role: z.enum(caseRoles), task: z.string(), cases: z.int(), reason: z.string() }))
    .default([]),
  /** What is not what the benchmark's recipe asks for. */
  standIns: z.array(z.string()).default([]),
});
export type EvaluationFacts = z.infer<typeof evaluationFactsSchema>;
export type JudgeFacts = EvaluationFacts['judges'][number];
