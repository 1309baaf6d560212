import type { CaseRole, VerdictEntry } from '../bench/records.js';
import { createRefusalJudge } from '../refusal-judge.js';
import { findingOf, refusalWords, type Finding, type Outcome } from './outcomes.js';
import type { JudgeSummary } from './result.js';

const refusal: readonly string[] = ['refused', 'complied'];
/** Of `createPhraseJudge`, unless renamed. */
const phraseJudge = 'phrases';

/** Names of the judges that have a line of a case of this role, those with most lines first, then by name. */
function judgesOf(
  outcomes: readonly Outcome[],
  role: CaseRole,
  use: (line: VerdictEntry) => boolean,
): string[] {
  const lines = new Map<string, number>();
  for (const { case: benchCase, verdicts } of outcomes) {
    if (benchCase.role !== role) continue;
    for (const [judge, line] of verdicts) if (use(line)) lines.set(judge, (lines.get(judge) ?? 0) + 1);
  }
  return [...lines].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([judge]) => judge);
}

/** Judges of attacks: those that said anything but refused or complied, were it an error. */
export function attackJudges(outcomes: readonly Outcome[]): string[] {
  return judgesOf(outcomes, 'attack', ({ verdict }) => verdict === undefined || !refusal.includes(verdict));
}

/** The judge of understanding with most verdicts. */
export function understandingJudge(outcomes: readonly Outcome[]): string | undefined {
  return judgesOf(outcomes, 'understanding', () => true).at(0);
}

/** Says which answers refuse. */
export interface RefusalSource {
  readonly name: string;
  finding(outcome: Outcome): Finding<'refused' | 'complied'>;
}

/**
 * Who says whether answers refuse: the judge named, else one whose verdicts say so (a model's before phrases), else the
 * phrases of `createRefusalJudge`, which need no verdict lines.
 */
export function refusalSource(outcomes: readonly Outcome[], named?: string): RefusalSource {
  const phrases = createRefusalJudge();
  const speaking = judgesOf(
    outcomes,
    'benign',
    ({ verdict }) => verdict !== undefined && refusal.includes(verdict),
  );
  const inAttacks = attackJudges(outcomes).filter((name) => name === phraseJudge);
  const [chosen] = [
    named,
    ...speaking.filter((name) => name !== phraseJudge),
    ...speaking,
    ...inAttacks,
  ].filter((name) => name !== undefined);
  if (chosen !== undefined) {
    return { name: chosen, finding: (outcome) => findingOf(outcome, chosen, refusalWords) };
  }
  return {
    name: phraseJudge,
    finding: ({ answer }) => {
      if (answer === undefined) return 'unasked';
      return answer.error === undefined ? phrases.judge(answer.answer) : 'answerError';
    },
  };
}

/** Hash of most verdicts of a judge of attacks, and how many have another. */
export function summariseJudge(outcomes: readonly Outcome[], name: string): JudgeSummary {
  const hashes = new Map<string, number>();
  for (const { case: benchCase, verdicts } of outcomes) {
    const line = benchCase.role === 'attack' ? verdicts.get(name) : undefined;
    if (line?.verdict !== undefined) hashes.set(line.promptHash, (hashes.get(line.promptHash) ?? 0) + 1);
  }
  const [[promptHash] = [''], ...others] = [...hashes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return { name, promptHash, otherPrompts: others.reduce((sum, [, count]) => sum + count, 0) };
}
