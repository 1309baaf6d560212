import { DatasetError, sha256 } from '@sea-align/core';
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
  /** The last line of the case; an error or an answer. */
  readonly answer?: AnswerEntry;
  /** By judge: its last line, if that is of this very answer. */
  readonly verdicts: ReadonlyMap<string, VerdictEntry>;
}

/**
 * Joins cases, answers and verdicts: the last line of a case, and of a case and judge, counts; a verdict of an answer that
 * was replaced since does not, nor do lines of cases that are not among `cases`.
 *
 * @throws DatasetError for two cases with one key
 */
export function outcomesOf({ cases, answers, verdicts }: Omit<RunData, 'name'>): Outcome[] {
  const answerOf = new Map<string, AnswerEntry>();
  for (const answer of answers) answerOf.set(answer.key, answer);

  const verdictsOf = new Map<string, Map<string, VerdictEntry>>();
  for (const verdict of verdicts) {
    const ofCase = verdictsOf.get(verdict.key) ?? new Map<string, VerdictEntry>();
    verdictsOf.set(verdict.key, ofCase.set(verdict.judge, verdict));
  }

  const seen = new Set<string>();
  return cases.map((benchCase) => {
    const { key } = benchCase;
    if (seen.has(key)) {
      throw new DatasetError(`case ${JSON.stringify(key)} is there twice`, {
        hint: 'Every case needs a scenario, task and id of its own.',
      });
    }
    seen.add(key);
    const answer = answerOf.get(key);
    return { case: benchCase, answer, verdicts: currentVerdicts(answer, verdictsOf.get(key)) };
  });
}

function currentVerdicts(
  answer: AnswerEntry | undefined,
  verdicts: ReadonlyMap<string, VerdictEntry> | undefined,
): ReadonlyMap<string, VerdictEntry> {
  if (verdicts === undefined || answer === undefined || answer.error !== undefined) return new Map();
  const hash = sha256(answer.answer);
  return new Map([...verdicts].filter(([, { answerHash }]) => answerHash === hash));
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
