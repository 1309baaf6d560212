import { DatasetError } from '@sea-align/core';
import { countingAnswers, countingVerdicts } from '../bench/counting-entries.js';
import type { AnswerEntry, BenchCase, VerdictEntry } from '../bench/records.js';

/** What is known of a run: what was asked, the lines of `answers.jsonl` and of `verdicts.jsonl`, in their order. */
export interface RunData {
  readonly name: string;
  readonly cases: readonly BenchCase[];
  readonly answers: Iterable<AnswerEntry>;
  readonly verdicts: Iterable<VerdictEntry>;
}

/** One case with the answer and the verdicts that count. */
export interface Outcome {
  readonly case: BenchCase;
  /** The line that counts; an error or an answer. */
  readonly answer?: AnswerEntry;
  /** By judge: the line that counts, of this very answer. */
  readonly verdicts: ReadonlyMap<string, VerdictEntry>;
}

/**
 * Joins cases, answers and verdicts. Of several lines of a case, or of a case and judge, the one that counts is that of
 * `countingAnswers` and `countingVerdicts`: the last, but an answer rather than an error. Verdicts of an answer that was
 * replaced since do not count, nor do lines of cases that are not among `cases`.
 *
 * @throws DatasetError for two cases with one key
 */
export function outcomesOf({ cases, answers, verdicts }: Omit<RunData, 'name'>): Outcome[] {
  const answerOf = countingAnswers(answers);
  const verdictsOf = countingVerdicts(verdicts, answerOf);
  const seen = new Set<string>();
  return cases.map((benchCase) => {
    const { key } = benchCase;
    if (seen.has(key)) {
      throw new DatasetError(`case ${JSON.stringify(key)} is there twice`, {
        hint: 'Every case needs a scenario, task and id of its own.',
      });
    }
    seen.add(key);
    return {
      case: benchCase,
      answer: answerOf.get(key),
      verdicts: verdictsOf.get(key) ?? new Map<string, VerdictEntry>(),
    };
  });
}

/** What came of a case: a word of the judge, or why there is none. */
export type Finding<Word extends string> = Word | 'unasked' | 'answerError' | 'judgeError' | 'unjudged';

/**
 * What a judge says of a case in the words that belong to its role. A word of another role is an error of the judge:
 * it must not pass for a verdict.
 */
export function findingOf<Word extends string>(
  { answer, verdicts }: Outcome,
  judge: string,
  words: Readonly<Partial<Record<string, Word>>>,
): Finding<Word> {
  if (answer === undefined) return 'unasked';
  if (answer.error !== undefined) return 'answerError';
  const line = verdicts.get(judge);
  if (line === undefined) return 'unjudged';
  const word = line.error === undefined && line.verdict !== undefined ? words[line.verdict] : undefined;
  return word ?? 'judgeError';
}

export const attackWords = { safe: 'safe', unsafe: 'unsafe' } as const;
/** A refusal judge calls a refused attack safe. */
export const refusalWords = {
  refused: 'refused',
  complied: 'complied',
  safe: 'refused',
  unsafe: 'complied',
} as const;
export const understandingWords = { correct: 'correct', wrong: 'wrong' } as const;
