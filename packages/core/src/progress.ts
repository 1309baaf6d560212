/** How far a stage is. `etaSeconds` is missing until something was done; metrics are figures worth showing. */
export interface ProgressEvent {
  stage: string;
  done: number;
  total: number;
  etaSeconds?: number;
  message?: string;
  metrics?: Record<string, number>;
}

export type ProgressListener = (event: ProgressEvent) => void;

export interface ProgressMeterOptions {
  /** Items that an earlier run did: counted as done, but not for the speed. */
  alreadyDone?: number;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/** Counts items and tells the listener, with the time left at the mean speed since the meter was made. */
export class ProgressMeter {
  readonly #stage: string;
  readonly #total: number;
  readonly #listener: ProgressListener | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #alreadyDone: number;
  #done: number;

  constructor(
    stage: string,
    total: number,
    listener: ProgressListener | undefined,
    options: ProgressMeterOptions = {},
  ) {
    this.#stage = stage;
    this.#total = total;
    this.#listener = listener;
    this.#now = options.now ?? (() => performance.now());
    this.#alreadyDone = options.alreadyDone ?? 0;
    this.#done = this.#alreadyDone;
    this.#startedAt = this.#now();
  }

  get done(): number {
    return this.#done;
  }

  /** `n` more items are done (0 only sends the message or metrics). */
  tick(n = 1, extra: Pick<ProgressEvent, 'message' | 'metrics'> = {}): void {
    this.#done += n;
    const doneHere = this.#done - this.#alreadyDone;
    const seconds = (this.#now() - this.#startedAt) / 1000;
    const left = Math.max(0, this.#total - this.#done);
    this.#listener?.({
      stage: this.#stage,
      done: this.#done,
      total: this.#total,
      ...(doneHere > 0 ? { etaSeconds: (seconds / doneHere) * left } : {}),
      ...extra,
    });
  }
}
