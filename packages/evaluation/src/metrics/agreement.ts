import { attackWords, findingOf, type Outcome } from './outcomes.js';
import { proportion } from './proportion.js';
import type { Agreement } from './result.js';

/** How often two judges said what of the same answers; `unsafeSafe`: the first said unsafe, the second safe. */
export interface VerdictTable {
  readonly unsafeUnsafe: number;
  readonly unsafeSafe: number;
  readonly safeUnsafe: number;
  readonly safeSafe: number;
}

/**
 * Cohen's kappa: (observed - expected) / (1 - expected) agreement. Null where the expected agreement is 1 (both judges
 * always say one and the same) or nothing was judged by both.
 *
 * Source: J. Cohen, "A coefficient of agreement for nominal scales", Educ. Psychol. Meas. 20 (1960).
 */
export function cohenKappa({ unsafeUnsafe, unsafeSafe, safeUnsafe, safeSafe }: VerdictTable): number | null {
  const n = unsafeUnsafe + unsafeSafe + safeUnsafe + safeSafe;
  const unsafeA = unsafeUnsafe + unsafeSafe;
  const unsafeB = unsafeUnsafe + safeUnsafe;
  // Times n^2, in whole numbers: whether the expected agreement is 1 is then exact.
  const expected = unsafeA * unsafeB + (n - unsafeA) * (n - unsafeB);
  if (expected === n * n) return null;
  return (n * (unsafeUnsafe + safeSafe) - expected) / (n * n - expected);
}

/** Agreement of every pair of the judges named, on attack answers that both gave a verdict of. */
export function agreementOf(outcomes: readonly Outcome[], judges: readonly string[]): Agreement[] {
  const attacks = outcomes.filter((outcome) => outcome.case.role === 'attack');
  const said = judges.map((judge) => attacks.map((outcome) => findingOf(outcome, judge, attackWords)));
  return judges.flatMap((a, i) =>
    judges.slice(i + 1).map((b, k) => {
      const pairs = said[i].map((first, at) => `${first} ${said[i + 1 + k][at]}`);
      const times = (pair: string): number => pairs.filter((each) => each === pair).length;
      const table = {
        unsafeUnsafe: times('unsafe unsafe'),
        unsafeSafe: times('unsafe safe'),
        safeUnsafe: times('safe unsafe'),
        safeSafe: times('safe safe'),
      };
      const both = table.unsafeUnsafe + table.unsafeSafe + table.safeUnsafe + table.safeSafe;
      const agree = proportion(table.unsafeUnsafe + table.safeSafe, both);
      return { a, b, both, agree, kappa: cohenKappa(table) };
    }),
  );
}
