import { sha256 } from '@sea-align/core';
import type { JudgeFacts } from './evaluation-facts.js';
import type { AnswerEntry, VerdictEntry } from './records.js';

/** The answer that counts for each key: the last one, but an answer rather than an error. */
export function countingAnswers(entries: Iterable<AnswerEntry>): Map<string, AnswerEntry> {
  const counting = new Map<string, AnswerEntry>();
  for (const entry of entries) {
    if (
      entry.error !== undefined &&
      counting.get(entry.key)?.error === undefined &&
      counting.has(entry.key)
    ) {
      continue;
    }
    counting.set(entry.key, entry);
  }
  return counting;
}

/**
 * The verdicts that count: of each key and judge the last one on the answer that counts, a verdict rather than an error.
 * Where a judge is among `judges`, only what it said with the prompt named there.
 */
export function countingVerdicts(
  entries: Iterable<VerdictEntry>,
  answers: ReadonlyMap<string, AnswerEntry>,
  judges: readonly Pick<JudgeFacts, 'name' | 'promptHash'>[] = [],
): Map<string, Map<string, VerdictEntry>> {
  const prompts = new Map(judges.map(({ name, promptHash }) => [name, promptHash]));
  const hashes = new Map<string, string>();
  const hashOf = ({ key, answer }: AnswerEntry): string => {
    const hash = hashes.get(key) ?? sha256(answer);
    hashes.set(key, hash);
    return hash;
  };
  const counting = new Map<string, Map<string, VerdictEntry>>();
  for (const entry of entries) {
    const answer = answers.get(entry.key);
    if (answer === undefined || answer.error !== undefined || hashOf(answer) !== entry.answerHash) continue;
    if ((prompts.get(entry.judge) ?? entry.promptHash) !== entry.promptHash) continue;
    const ofKey = counting.get(entry.key) ?? new Map<string, VerdictEntry>();
    const earlier = ofKey.get(entry.judge);
    const worse =
      earlier?.verdict !== undefined &&
      entry.verdict === undefined &&
      earlier.promptHash === entry.promptHash;
    if (!worse) ofKey.set(entry.judge, entry);
    counting.set(entry.key, ofKey);
  }
  return counting;
}
