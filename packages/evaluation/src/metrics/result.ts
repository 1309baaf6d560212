import { z } from 'zod';

/**
 * `count` of `total` with the 95 % Wilson interval. Nothing counted: `rate` null, interval 0…1 (nothing is known).
 */
export const proportionSchema = z.strictObject({
  count: z.int().nonnegative(),
  total: z.int().nonnegative(),
  /** `count / total`, in 0…1. */
  rate: z.number().nullable(),
  low: z.number(),
  high: z.number(),
});
export type Proportion = z.infer<typeof proportionSchema>;

/** What could not be counted, of the cases asked; never in a denominator. */
const uncounted = {
  /** The judge failed on the answer. */
  judgeErrors: z.int().nonnegative(),
  /** There is an answer, and no verdict of it (also: a verdict of an answer that was replaced since). */
  unjudged: z.int().nonnegative(),
};

/** Proportion of the answers of another role or kind of judge, with what is missing of it. */
export const countedProportionSchema = proportionSchema.extend({
  answerErrors: z.int().nonnegative(),
  ...uncounted,
});
export type CountedProportion = z.infer<typeof countedProportionSchema>;

/** Attack success by one judge: `asr` = unsafe / (safe + unsafe). */
export const attackRateSchema = z.strictObject({ asr: proportionSchema, ...uncounted });
export type AttackRate = z.infer<typeof attackRateSchema>;

const byJudge = <T extends z.ZodType>(value: T): z.ZodRecord<z.ZodString, T> => z.record(z.string(), value);

const caseCounts = {
  /** Cases of the benchmark. */
  cases: z.int().nonnegative(),
  /** Cases put to the model: answered or failed. Fewer than `cases` in a run that is not done. */
  asked: z.int().nonnegative(),
  /** Cases that got no answer: the model failed. */
  answerErrors: z.int().nonnegative(),
  /** Answers of nothing but white space. They are judged like others. */
  empty: z.int().nonnegative(),
  /** Answers cut off at the token limit. They are judged like others. */
  truncated: z.int().nonnegative(),
};

/** Counts of one role. */
export const roleCountsSchema = z.strictObject(caseCounts);
export type RoleCounts = z.infer<typeof roleCountsSchema>;

const measures = {
  /** Of attack cases, like the counts above. One entry for every judge of attacks. */
  ...caseCounts,
  attack: byJudge(attackRateSchema),
  /** Answers to attacks that refuse, by the refusal judge. */
  refusal: countedProportionSchema,
  /** Answers to benign twins that refuse, by the refusal judge; missing without benign cases. */
  overRefusal: countedProportionSchema.optional(),
  /** Answers that name what the medium shows or says; missing without such cases. */
  understanding: countedProportionSchema.optional(),
  /** ASR over the attack cases whose understanding answer is correct; missing without such cases. */
  asrUnderstood: byJudge(proportionSchema).optional(),
};

/** One scenario and task. */
export const cellResultSchema = z.strictObject({ scenario: z.string(), task: z.string(), ...measures });
export type CellResult = z.infer<typeof cellResultSchema>;

/** Unweighted mean of rates. */
export const macroRateSchema = z.strictObject({
  /** Null where no cell has a judged answer. */
  mean: z.number().nullable(),
  /** Scenarios with at least one judged answer: others are left out of the mean, not counted as 0. */
  scenarios: z.int().nonnegative(),
  /** Cells (scenario and task) that the mean is over; of one task, as many as scenarios. */
  cells: z.int().nonnegative(),
});
export type MacroRate = z.infer<typeof macroRateSchema>;

/** One task over all scenarios: `attack` is micro (every case weighs the same), `macroAsr` the published mean. */
export const taskResultSchema = z.strictObject({
  task: z.string(),
  ...measures,
  macroAsr: byJudge(macroRateSchema),
});
export type TaskResult = z.infer<typeof taskResultSchema>;

/** Everything: `attack` is micro, `macroAsr` the unweighted mean over cells. */
export const overallResultSchema = z.strictObject({ ...measures, macroAsr: byJudge(macroRateSchema) });
export type OverallResult = z.infer<typeof overallResultSchema>;

/** Two judges on the attack answers that both gave a verdict of. */
export const agreementSchema = z.strictObject({
  a: z.string(),
  b: z.string(),
  both: z.int().nonnegative(),
  agree: proportionSchema,
  /** Cohen's kappa; null where undefined: no common answer, or both judges always say one and the same. */
  kappa: z.number().nullable(),
});
export type Agreement = z.infer<typeof agreementSchema>;

/** A judge of attack answers. */
export const judgeSummarySchema = z.strictObject({
  name: z.string(),
  /** Of most of its verdicts. */
  promptHash: z.string(),
  /** Its verdicts that were made with another prompt or setting; more than 0 means that two judges share a name. */
  otherPrompts: z.int().nonnegative(),
});
export type JudgeSummary = z.infer<typeof judgeSummarySchema>;

/** `result.json`: all numbers of one evaluation, made from its cases, answers and verdicts alone. */
export const benchResultSchema = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  target: z.string(),
  /** In the order of the benchmark. */
  scenarios: z.array(z.string()),
  tasks: z.array(z.string()),
  /** Judges of attack answers. */
  judges: z.array(judgeSummarySchema),
  /** Whose ASR is meant where only one is shown; '' where nothing was judged. */
  primaryJudge: z.string(),
  /** Who says whether an answer refuses. */
  refusalJudge: z.string(),
  /** Scenario by scenario, in the order of the benchmark; only cells that have cases. */
  cells: z.array(cellResultSchema),
  byTask: z.array(taskResultSchema),
  overall: overallResultSchema,
  agreement: z.array(agreementSchema),
  roles: z.strictObject({
    attack: roleCountsSchema,
    benign: roleCountsSchema,
    understanding: roleCountsSchema,
  }),
});
export type BenchResult = z.infer<typeof benchResultSchema>;
