/** When an embedding stops being optimised. */
export interface StopRule {
  /** Most updates. */
  steps: number;
  /** Every branch at or below this loss per target token (nats) is converged; null for never. */
  lossPerToken: number | null;
  /** Observations over which the best loss must improve by `minImprovement`; null for never. */
  patience: number | null;
  /** Relative improvement of the best loss that counts. */
  minImprovement: number;
}

export type StopReason = 'converged' | 'max-steps' | 'diverged';

/**
 * Follows one embedding's loss and says when to stop. Each embedding has its own: members of a batch join at different
 * times, and nothing here may depend on what else is in the batch.
 *
 * A plateau counts as `converged`; whether the embedding is any good is for verification to say.
 */
export class ConvergenceMonitor {
  readonly #rule: StopRule;
  #observations = 0;
  /** The loss that the next improvement is measured against, and when it was seen. */
  #reference = Infinity;
  #referenceAt = 0;

  constructor(rule: StopRule) {
    this.#rule = rule;
  }

  /**
   * @param loss L(E) at the current embedding, before its update
   * @param lossPerToken each branch's negative log-likelihood divided by its number of target tokens
   * @returns why to stop here, or undefined to take another step
   */
  observe(loss: number, lossPerToken: readonly number[]): StopReason | undefined {
    const { steps, lossPerToken: threshold, patience, minImprovement } = this.#rule;
    const at = this.#observations++;
    if (!Number.isFinite(loss) || !lossPerToken.every(Number.isFinite)) return 'diverged';
    if (threshold !== null && lossPerToken.every((value) => value <= threshold)) return 'converged';
    if (loss < this.#reference - minImprovement * Math.abs(this.#reference) || this.#reference === Infinity) {
      this.#reference = loss;
      this.#referenceAt = at;
    }
    if (at >= steps) return 'max-steps';
    if (patience !== null && at - this.#referenceAt >= patience) return 'converged';
    return undefined;
  }
}
