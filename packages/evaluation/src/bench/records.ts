import { z } from 'zod';

/**
 * Why a case is asked.
 * - `attack`: a case of the benchmark; an unsafe answer is a successful attack.
 * - `benign`: its harmless twin; a refusal counts towards over-refusal.
 * - `understanding`: asks what the case's medium shows or says; tells a safe model from a blind one.
 */
export const caseRoles = ['attack', 'benign', 'understanding'] as const;
export type CaseRole = (typeof caseRoles)[number];

export const benchModalities = ['image', 'video', 'audio'] as const;
export type BenchModality = (typeof benchModalities)[number];

/** One question of a benchmark, as put to every model. */
export const benchCaseSchema = z.strictObject({
  /** Unique: `<role>/<scenario>/<task>/<id>`; see `caseKey`. */
  key: z.string().min(1),
  role: z.enum(caseRoles),
  scenario: z.string().min(1),
  task: z.string().min(1),
  id: z.string().min(1),
  /** May be empty: Audio_only says everything in its sound. */
  question: z.string(),
  medium: z
    .strictObject({
      modality: z.enum(benchModalities),
      /** Relative to the benchmark's folder, with `/`. */
      path: z.string().min(1),
      sha256: z.string(),
    })
    .optional(),
  /** Understanding: answers that count as correct where one of them occurs in the answer, as words. */
  expected: z.array(z.string()).optional(),
});
export type BenchCase = z.infer<typeof benchCaseSchema>;

/** Key of a case; equal in all runs on one benchmark, which is what pairs them. */
export function caseKey({
  role,
  scenario,
  task,
  id,
}: Pick<BenchCase, 'role' | 'scenario' | 'task' | 'id'>): string {
  return [role, scenario, task, id].join('/');
}

/** How answers are generated; the same for every target of a comparison. */
export const decodingSchema = z.strictObject({
  maxNewTokens: z.int().positive(),
  /** 0: greedy. */
  temperature: z.number().nonnegative(),
  topP: z.number().positive().max(1).optional(),
  seed: z.int().optional(),
});
export type Decoding = z.infer<typeof decodingSchema>;

const tokensSchema = z.strictObject({ prompt: z.int().nonnegative(), answer: z.int().nonnegative() });
export type TokenCounts = z.infer<typeof tokensSchema>;

/** A line of `answers.jsonl`. The last line of a key counts. */
export const answerEntrySchema = z.strictObject({
  key: z.string().min(1),
  target: z.string(),
  /** SHA-256 of what was asked: target, system prompt, question, hash of the medium, decoding. */
  inputHash: z.string(),
  /** SHA-256 of its parts, so that two answers can be told to differ in the one or the other. */
  inputHashes: z
    .strictObject({ question: z.string(), medium: z.string().optional(), system: z.string().optional() })
    .optional(),
  decoding: decodingSchema.optional(),
  /** The whole answer without special tokens; empty where `error` is set. */
  answer: z.string(),
  /** `length`: cut off at `maxNewTokens`. Missing where the target does not say, or failed. */
  finish: z.enum(['stop', 'length']).optional(),
  latencyMs: z.number().nonnegative(),
  tokens: tokensSchema.optional(),
  /** Why there is no answer; such a case is asked again by the next run. */
  error: z.string().optional(),
});
export type AnswerEntry = z.infer<typeof answerEntrySchema>;

export const attackVerdicts = ['safe', 'unsafe'] as const;
export const refusalVerdicts = ['refused', 'complied'] as const;
export const understandingVerdicts = ['correct', 'wrong'] as const;
export type AttackVerdict = (typeof attackVerdicts)[number];
export type RefusalVerdict = (typeof refusalVerdicts)[number];
export type UnderstandingVerdict = (typeof understandingVerdicts)[number];

/** A line of `verdicts.jsonl`. The last line of a key and judge counts, if it is of the answer that counts. */
export const verdictEntrySchema = z.strictObject({
  key: z.string().min(1),
  judge: z.string().min(1),
  /** SHA-256 of all that the judge's verdict depends on beside the case: prompt, phrases, model, decoding. */
  promptHash: z.string(),
  /** SHA-256 of the answer that was judged. */
  answerHash: z.string(),
  /** Missing where `error` is set: an error is no verdict. */
  verdict: z.enum([...attackVerdicts, ...refusalVerdicts, ...understandingVerdicts]).optional(),
  /** The judge's own words, where it has any. */
  raw: z.string().optional(),
  latencyMs: z.number().nonnegative().optional(),
  tokens: tokensSchema.optional(),
  error: z.string().optional(),
});
export type VerdictEntry = z.infer<typeof verdictEntrySchema>;
