import { ConfigError } from '@sea-align/core';
import { createPhraseJudge, createUnderstandingJudge, type BenchJudge } from '@sea-align/evaluation';

export const judgeKinds = ['phrases'] as const;
export type JudgeKind = (typeof judgeKinds)[number];

export interface JudgeChoice {
  /** `kind`, or `kind:name` for several of one kind; the first one's figures are the ones quoted. */
  readonly judges: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Judges {
  readonly judges: readonly BenchJudge[];
  /** Names of those that ask a server. */
  readonly remote: readonly string[];
}

/**
 * The judges asked for, then the offline ones that every run has: refusal phrases, which say what was refused, and the check of
 * understanding. Throws ConfigError.
 */
export function createJudges({ judges: words }: JudgeChoice): Judges {
  const judges = words.map((word) => {
    if (word === 'phrases') return createPhraseJudge();
    throw new ConfigError(`--judge ${word}: there is no such judge.`, {
      hint: `Judges: ${judgeKinds.join(', ')}.`,
    });
  });
  if (!words.includes('phrases')) judges.push(createPhraseJudge());
  return { judges: [...judges, createUnderstandingJudge()], remote: [] };
}
