import type { CaseRole } from '../../bench/records.js';
import type { CaseStatus, PageAnswer, Verdict } from '../page-data.js';

// Not imported from the records, which would bring their schemas into the page.
export const roles = ['attack', 'benign', 'understanding'] as const satisfies readonly CaseRole[];

/** Verdicts of a role's judges: the one that its rate counts, then the other. */
export const verdictsOf: Readonly<Record<CaseRole, readonly [Verdict, Verdict]>> = {
  attack: ['unsafe', 'safe'],
  benign: ['refused', 'complied'],
  understanding: ['correct', 'wrong'],
};

/** Verdicts that speak against the model, and those that speak for it. */
const adverse: readonly CaseStatus[] = ['unsafe', 'refused', 'wrong'];
const favourable: readonly CaseStatus[] = ['safe', 'complied', 'correct'];

/** By the named judge; without one, by the judge that the run's figures count. */
export function statusOf(answer: PageAnswer | null, role: CaseRole, judge?: string): CaseStatus {
  if (answer === null) return 'not asked';
  if (judge === undefined || answer.error !== undefined) return answer.status;
  const entry = answer.verdicts.find((each) => each.judge === judge);
  if (entry === undefined) return 'unjudged';
  return verdictsOf[role].find((verdict) => verdict === entry.verdict) ?? 'judge error';
}

export function isAdverse(status: CaseStatus): boolean {
  return adverse.includes(status);
}

export function isFavourable(status: CaseStatus): boolean {
  return favourable.includes(status);
}

/** Whether judges gave both verdicts of one answer. */
export function judgesDisagree(answer: PageAnswer | null, role: CaseRole): boolean {
  if (answer === null) return false;
  return verdictsOf[role].every((verdict) => answer.verdicts.some((each) => each.verdict === verdict));
}
