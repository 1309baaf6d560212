import { setTimeout as sleep } from 'node:timers/promises';

/** Spreads requests evenly: `wait` resolves when the next may be sent. */
export class RateLimit {
  readonly #intervalMs: number;
  readonly #now: () => number;
  readonly #sleep: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  #free = -Infinity;

  /** @param perMinute requests a minute; undefined: no limit */
  constructor(
    perMinute: number | undefined,
    now: () => number = () => performance.now(),
    wait = (ms: number, signal?: AbortSignal): Promise<unknown> => sleep(ms, undefined, { signal }),
  ) {
    if (perMinute !== undefined && !(perMinute > 0)) throw new RangeError(`RateLimit: ${perMinute} a minute`);
    this.#intervalMs = perMinute === undefined ? 0 : 60_000 / perMinute;
    this.#now = now;
    this.#sleep = wait;
  }

  /** Waits for the turn of `count` requests that are sent together. Throws the signal's AbortError. */
  async wait(count = 1, signal?: AbortSignal): Promise<void> {
    if (this.#intervalMs === 0) return;
    const start = Math.max(this.#now(), this.#free);
    this.#free = start + count * this.#intervalMs;
    const left = start - this.#now();
    if (left > 0) await this.#sleep(left, signal);
  }
}
