import type { Embedding, PackedBranch } from '@sea-align/mllm';
import type { Member } from './member.js';

/** What optimisation needs of a scorer; `createPackedScorer` and `createPlainScorer` of `@sea-align/mllm` give one. */
export interface EmbeddingScorer {
  score(
    members: { embedding: Embedding; branches: PackedBranch[]; lossOnly?: boolean }[],
  ): Promise<BatchScore>;
  release(): Promise<void>;
}

export interface BatchScore {
  /** [member][branch]: negative log-likelihood summed over the target tokens. */
  branchNll: number[][];
  /** [member]: d(mean over branches of the negative log-likelihood)/dE, [rows * width]; may be empty for `lossOnly`. */
  gradients: Float32Array[];
}

export interface SlotOptions {
  scorer: EmbeddingScorer;
  batchSize: number;
  signal?: AbortSignal;
  /** Called after every step with the members that took it. */
  onStep?: (active: readonly Member[]) => void;
}

/**
 * Optimises members in a batch of slots: one that stops leaves, and the next waiting one takes its slot. Members are
 * made when they get a slot, so a run holds no more than a batch of them.
 *
 * @returns after each step in which any member stopped, those that did
 */
export async function* runSlots(waiting: Iterator<Member>, options: SlotOptions): AsyncGenerator<Member[]> {
  let active: Member[] = [];
  for (;;) {
    while (active.length < options.batchSize) {
      const next = waiting.next();
      if (next.done) break;
      active.push(next.value);
    }
    if (active.length === 0) return;
    if (options.signal?.aborted) return;
    const { branchNll, gradients } = await options.scorer.score(active);
    for (const [slot, member] of active.entries()) member.advance(branchNll[slot], gradients[slot]);
    options.onStep?.(active);
    const stopped = active.filter((member) => member.stopped);
    if (stopped.length === 0) continue;
    active = active.filter((member) => !member.stopped);
    yield stopped;
  }
}
