import { Adam, clipByGlobalNorm } from '@sea-align/compute';
import type { Embedding, PackedBranch } from '@sea-align/mllm';
import { ConvergenceMonitor, type StopReason, type StopRule } from './convergence.js';
import type { EmbeddingTask } from './task.js';

export interface MemberOptions {
  stop: StopRule;
  adam: { learningRate: number; beta1: number; beta2: number; eps: number };
  /** Learning rate of a member's own step, from 0. */
  learningRate: (step: number) => number;
  clipNorm: number | null;
}

/** One control sample's share of the loss. */
export interface BranchLoss {
  role: string;
  /** Negative log-likelihood summed over the target tokens, nats. */
  loss: number;
}

/**
 * One embedding while it is optimised. It owns its Adam moments, step count and stop rule, because members of a batch
 * join at different times and must not notice one another.
 */
export class Member {
  readonly task: EmbeddingTask;
  readonly branches: PackedBranch[];
  /** E: what is scored next; its values change with every step. */
  readonly embedding: Embedding;
  readonly lossCurve: number[] = [];
  /** The embedding with the lowest loss so far, and its loss; E_0 until a finite loss was seen. */
  readonly best: { embedding: Embedding; loss: number; branchLosses: BranchLoss[] };
  stopped: StopReason | undefined;
  #steps = 0;
  readonly #options: MemberOptions;
  readonly #monitor: ConvergenceMonitor;
  readonly #adam: Adam;

  constructor(task: EmbeddingTask, branches: PackedBranch[], initial: Embedding, options: MemberOptions) {
    this.task = task;
    this.branches = branches;
    this.embedding = initial;
    const start = { ...initial, values: initial.values.slice() };
    this.best = { embedding: start, loss: Infinity, branchLosses: [] };
    this.#options = options;
    this.#monitor = new ConvergenceMonitor(options.stop);
    this.#adam = new Adam(options.adam);
  }

  /** Updates made so far. */
  get steps(): number {
    return this.#steps;
  }

  /** It will stop at the next score, as it has made the most updates that it may: nothing looks at the gradient. */
  get lossOnly(): boolean {
    return this.#steps >= this.#options.stop.steps;
  }

  /**
   * Takes the score of the current embedding: notes it, and either stops or makes one Adam update.
   *
   * @param branchNll each branch's negative log-likelihood, summed over its target tokens
   * @param gradient d(mean of branchNll)/dE, [rows * width]
   */
  advance(branchNll: readonly number[], gradient: Float32Array): void {
    // L(E) = -(1/|D_a|) sum over D_a of log Pr(y | x, P(E))
    const loss = branchNll.reduce((total, nll) => total + nll, 0) / branchNll.length;
    const perToken = branchNll.map((nll, branch) => nll / this.branches[branch].targetIds.length);
    this.stopped = this.#monitor.observe(loss, perToken);
    this.lossCurve.push(loss);
    if (this.stopped !== 'diverged') this.#note(loss, branchNll);
    if (this.stopped) return;
    if (!gradient.every(Number.isFinite)) {
      this.stopped = 'diverged';
      return;
    }
    const gradients = new Map([['embedding', gradient]]);
    if (this.#options.clipNorm !== null) clipByGlobalNorm(gradients, this.#options.clipNorm);
    this.#adam.step(
      new Map([['embedding', this.embedding.values]]),
      gradients,
      this.#options.learningRate(this.#steps),
    );
    this.#steps++;
  }

  #note(loss: number, branchNll: readonly number[]): void {
    if (loss >= this.best.loss) return;
    this.best.loss = loss;
    this.best.embedding.values.set(this.embedding.values);
    this.best.branchLosses = branchNll.map((nll, branch) => ({
      role: this.task.controls[branch].role,
      loss: nll,
    }));
  }
}
