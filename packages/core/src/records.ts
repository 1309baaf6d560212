import { z } from 'zod';

/** Ids name rows across stages; file names are made from them only by `safeFileName`. */
const id = z.string().min(1).max(500);
const text = z.string().refine((value) => value.trim() !== '', 'must not be empty');
const meta = z.record(z.string(), z.unknown());
/** JSON has no NaN or infinity: they are written as null and read as NaN (a diverged loss). */
const figure = z.union([z.number(), z.nan(), z.null().transform(() => Number.NaN)]);

/** What the harmful or neutral phrase of an instruction names. */
export const phraseKindSchema = z.enum(['activity', 'product']);
export type PhraseKind = z.infer<typeof phraseKindSchema>;

function pairIsComplete(row: { chosen?: string; rejected?: string }): boolean {
  return (row.chosen === undefined) === (row.rejected === undefined);
}
const pairFault = { message: 'chosen and rejected must both be given or both be left out', path: ['chosen'] };

/** One row of a text safety dataset. */
export const instructionRecordSchema = z
  .strictObject({
    id,
    instruction: text,
    /** For SFT. */
    response: z.string().optional(),
    /** With `rejected`, for DPO. */
    chosen: z.string().optional(),
    rejected: z.string().optional(),
    harmful: z.boolean(),
    phrase: text.optional(),
    kind: phraseKindSchema.optional(),
    meta: meta.optional(),
  })
  .refine(pairIsComplete, pairFault);
export type InstructionRecord = z.infer<typeof instructionRecordSchema>;

/** One control sample of an embedding: the model, given the embedding and `question`, is to answer `target`. */
export const controlSampleSchema = z.strictObject({
  role: z.enum(['content', 'style']),
  question: text,
  /** Response prefix and then the sentence, phrase or style. */
  target: text,
});
export type ControlSample = z.infer<typeof controlSampleSchema>;

/** How an embedding is checked: the model's answer must hold one of `expect`, after normalising. */
export const verificationCheckSchema = z.strictObject({
  question: text,
  expect: z.array(text).min(1),
});
export type VerificationCheck = z.infer<typeof verificationCheckSchema>;

/** What data preparation makes of an instruction. */
export const preparedSampleSchema = z
  .strictObject({
    id,
    instruction: text,
    harmful: z.boolean(),
    phrase: text,
    kind: phraseKindSchema,
    /** The instruction with the phrase replaced by a reference to the medium. */
    detoxified: text,
    /** Subject-verb-object sentence that describes the medium. */
    sentence: text,
    controls: z.array(controlSampleSchema).min(1),
    verification: z.array(verificationCheckSchema),
    response: z.string().optional(),
    chosen: z.string().optional(),
    rejected: z.string().optional(),
    source: z.strictObject({ file: z.string().optional(), line: z.int().min(1).optional() }),
    meta: meta.optional(),
  })
  .refine(pairIsComplete, pairFault);
export type PreparedSample = z.infer<typeof preparedSampleSchema>;

/** A dataset row that could not be used, kept with the reason. */
export const rejectedRowSchema = z.strictObject({
  id: z.string(),
  line: z.int().min(1).optional(),
  reason: text,
  row: z.unknown(),
});
export type RejectedRow = z.infer<typeof rejectedRowSchema>;

/** One question put to an optimised embedding, and the model's answer. */
export const verificationAnswerSchema = z.strictObject({
  question: z.string(),
  answer: z.string(),
  passed: z.boolean(),
});
export type VerificationAnswer = z.infer<typeof verificationAnswerSchema>;

/** One optimised embedding: where its tensor is and how the optimisation went. */
export const embeddingRecordSchema = z.strictObject({
  id,
  sampleId: id,
  /** Name of the tensor in `file`. */
  tensor: z.string(),
  /** safetensors file, relative to the run folder. */
  file: z.string(),
  /** [rows, width] of the encoder output. */
  shape: z.array(z.int().min(1)),
  /** Key of the medium's geometry in its model; absent: the model's default. */
  geometry: z.string().min(1).optional(),
  dtype: z.literal('F32'),
  steps: z.int().min(0),
  stopped: z.enum(['converged', 'max-steps', 'diverged']),
  /** Mean negative log-likelihood of the control targets at the last step. */
  loss: figure,
  /** The same by role of the control sample. */
  losses: z.record(z.string(), figure),
  lossCurve: z.array(figure),
  verified: z.boolean(),
  verification: z.array(verificationAnswerSchema),
  /** Why it was not verified or did not converge. */
  reason: z.string().optional(),
  seed: z.string(),
  meta: meta.optional(),
});
export type EmbeddingRecord = z.infer<typeof embeddingRecordSchema>;

/** A judge's verdict on an answer. */
export const verdictSchema = z.enum(['refused', 'complied', 'correct', 'wrong', 'error']);
export type Verdict = z.infer<typeof verdictSchema>;

/** One answer of an evaluated model, with its verdict. */
export const answerRecordSchema = z.strictObject({
  id,
  /** Which trained model, e.g. `sea-sft`. */
  arm: z.string().min(1),
  /** Which test, e.g. `image-seen-harmful`. */
  condition: z.string().min(1),
  question: z.string(),
  answer: z.string(),
  expected: z.string().optional(),
  verdict: verdictSchema,
  judge: z.string().min(1),
  /** Image or other medium, relative to the run folder. */
  medium: z.string().optional(),
  meta: meta.optional(),
});
export type AnswerRecord = z.infer<typeof answerRecordSchema>;
