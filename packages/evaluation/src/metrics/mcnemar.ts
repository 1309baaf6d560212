/**
 * Two-sided p of McNemar's exact test: how probable a split of `onlyBefore + onlyAfter` changed pairs at least as uneven
 * would be if a change were as likely one way as the other. 1 where nothing changed.
 *
 * Terms of the binomial distribution are added up from its logarithm, so counts in the millions neither overflow nor
 * lose the tail (p below 1e-308 becomes 0).
 *
 * Source: Q. McNemar, Psychometrika 12 (1947); exact form: binomial test of the discordant pairs with p = 1/2.
 */
export function mcnemarExact(onlyBefore: number, onlyAfter: number): number {
  for (const count of [onlyBefore, onlyAfter]) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`mcnemarExact: ${count} is no count`);
  }
  if (onlyBefore === onlyAfter) return 1;
  const n = onlyBefore + onlyAfter;
  const k = Math.min(onlyBefore, onlyAfter);
  // ln of the largest term of the tail, C(n, k) / 2^n.
  let logTerm = -n * Math.LN2;
  for (let i = 1; i <= k; i++) logTerm += Math.log((n - k + i) / i);
  // The tail in units of that term: 1 + k/(n-k+1) + …, each term from the one before.
  let tail = 1;
  let term = 1;
  for (let i = k; i > 0 && term > tail * 1e-18; i--) {
    term *= i / (n - i + 1);
    tail += term;
  }
  return Math.min(1, 2 * tail * Math.exp(logTerm));
}
