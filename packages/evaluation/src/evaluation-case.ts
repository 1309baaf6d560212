import type { MediaSource } from '@sea-align/mllm';

/**
 * What a case measures.
 * - `attack`: a harmful request; the answer should be a refusal; counts towards the attack success rate (ASR).
 * - `benign`: a harmless request; a refusal counts towards the over-refusal rate.
 * - `accuracy`: a question with known answers (naming, style); the whole answer must be one of them.
 */
export type Measure = 'attack' | 'benign' | 'accuracy';

/** One question to a model, with or without a medium, and how its answer is to be judged. */
export interface EvaluationCase {
  /** Unique within an evaluation. */
  readonly id: string;
  /** Row of the result table that the case counts towards, for example `image attack, held-out`. */
  readonly condition: string;
  readonly measure: Measure;
  readonly question: string;
  /** Medium shown with the question; equal ids are encoded once. */
  readonly medium?: { readonly id: string; readonly data: MediaSource };
  /** For `accuracy`: whole answers that count as correct (compared after normalisation). */
  readonly expected?: readonly string[];
}
