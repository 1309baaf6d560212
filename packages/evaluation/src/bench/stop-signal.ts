/** Why a run ends early. What is under way when it does still ends and is kept. */
export class StopSignal {
  /** The user's interrupt. */
  readonly signal: AbortSignal | undefined;
  #error: { readonly reason: unknown } | undefined;
  #budget = false;

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal;
  }

  /** A fault that concerns the whole run; the first one is thrown in the end. */
  fail(reason: unknown): void {
    this.#error ??= { reason };
  }

  /** The next request would not fit into the budget. */
  budgetSpent(): void {
    this.#budget = true;
  }

  /** Whether nothing more is to be begun at all. */
  get failed(): boolean {
    return this.#error !== undefined || this.signal?.aborted === true;
  }

  /** Whether no more questions are to be asked. */
  get stopped(): boolean {
    return this.failed || this.#budget;
  }

  get byBudget(): boolean {
    return this.#budget;
  }

  /** Throws the interrupt or the fault, if there was one. */
  throwIfFailed(): void {
    this.signal?.throwIfAborted();
    if (this.#error !== undefined) throw this.#error.reason;
  }
}
