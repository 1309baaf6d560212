import type { Spend } from '@sea-align/chat';
import { ConfigError, type JsonlLog } from '@sea-align/core';
import { z } from 'zod';

/** A line of `spend.jsonl`: what was spent since the line before, and on whom. */
export const spendEntrySchema = z.strictObject({
  on: z.string(),
  amount: z.number().nonnegative(),
  currency: z.string(),
});
export type SpendEntry = z.infer<typeof spendEntrySchema>;

/** Who spends: a target or a judge. */
export interface Spender {
  readonly name: string;
  spend(): Spend | undefined;
}

/**
 * Keeps a run below a limit over all its sessions. What is under way counts with its estimate until it has ended, so the limit
 * is passed only by as much as a single estimate was too low.
 */
export class Budget {
  readonly #limit: number;
  readonly #spenders: readonly Spender[];
  readonly #log: JsonlLog<SpendEntry>;
  readonly #recorded = new Map<Spender, number>();
  readonly #before: readonly SpendEntry[];
  #reserved = 0;
  #underWay = 0;
  #waiting: (() => void)[] = [];

  /**
   * @param limit in the currency of the spenders' prices; undefined: none
   * @param before what earlier sessions spent
   */
  constructor(
    limit: number | undefined,
    spenders: readonly Spender[],
    log: JsonlLog<SpendEntry>,
    before: readonly SpendEntry[],
  ) {
    this.#limit = limit ?? Infinity;
    this.#spenders = spenders;
    this.#log = log;
    this.#before = [...before];
  }

  get limited(): boolean {
    return this.#limit !== Infinity;
  }

  /** Of all sessions, a sum for each currency. */
  spent(): Spend[] {
    const sums = new Map<string, number>();
    const add = ({ amount, currency }: Spend): void => {
      sums.set(currency, (sums.get(currency) ?? 0) + amount);
    };
    this.#before.forEach(add);
    for (const spender of this.#spenders) {
      const now = spender.spend();
      if (now !== undefined) add(now);
    }
    return [...sums].map(([currency, amount]) => ({ amount, currency }));
  }

  /**
   * Sets `estimates` aside for what is about to be sent. Waits while others are under way, which may turn out cheaper; false
   * if it does not fit. Throws ConfigError for two currencies.
   */
  async reserve(estimates: readonly (Spend | undefined)[]): Promise<boolean> {
    if (!this.limited) return true;
    const wanted = estimates.flatMap((each) => (each !== undefined && each.amount > 0 ? [each] : []));
    if (wanted.length === 0) return true;
    const amount = wanted.reduce((sum, each) => sum + each.amount, 0);
    for (;;) {
      const spent = this.spent();
      const currencies = new Set([...spent, ...wanted].map(({ currency }) => currency));
      if (currencies.size > 1) {
        throw new ConfigError(`--max-cost: prices are in ${[...currencies].join(' and ')}.`, {
          hint: 'Give all prices in one currency.',
        });
      }
      const total = spent.reduce((sum, each) => sum + each.amount, 0);
      if (total + this.#reserved + amount <= this.#limit) break;
      if (this.#underWay === 0) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#reserved += amount;
    this.#underWay += 1;
    return true;
  }

  /** What was reserved has ended, well or not: notes what was spent. Throws DiskError. */
  async settle(estimates: readonly (Spend | undefined)[]): Promise<void> {
    const amount = estimates.reduce((sum, each) => sum + (each?.amount ?? 0), 0);
    if (this.limited && amount > 0) {
      this.#underWay -= 1;
      // Sums of fractions do not come back to 0 by themselves.
      this.#reserved = this.#underWay === 0 ? 0 : this.#reserved - amount;
      for (const wake of this.#waiting.splice(0)) wake();
    }
    for (const spender of this.#spenders) {
      const now = spender.spend();
      const known = this.#recorded.get(spender) ?? 0;
      if (now === undefined || now.amount <= known) continue;
      this.#recorded.set(spender, now.amount);
      await this.#log.append({ on: spender.name, amount: now.amount - known, currency: now.currency });
    }
  }
}
