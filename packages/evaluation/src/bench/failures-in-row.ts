import { SeaError } from '@sea-align/core';

/**
 * Ends a run that gets nothing but errors. An outage (a server that cannot be reached, or takes no more requests) will most
 * probably meet the next request too, and weighs so much that the third in a row is the last.
 */
export class FailuresInRow {
  readonly #who: string;
  readonly #most: number;
  #count = 0;
  #weight = 0;

  constructor(who: string, most: number) {
    this.#who = who;
    this.#most = most;
  }

  /** Notes how one request ended. Throws SeaError for the last failure of too many. */
  note(error: string | undefined, outage = false): void {
    this.#count = error === undefined ? 0 : this.#count + 1;
    const weight = outage ? Math.ceil(this.#most / 3) : 1;
    this.#weight = error === undefined ? 0 : this.#weight + weight;
    if (this.#weight < this.#most) return;
    throw new SeaError(`${this.#who} failed ${this.#count} times in a row; last: ${error}`, {
      code: 'SEA_EVALUATION_FAILING',
      hint: 'What was answered and judged is kept. Find out what is wrong; the same command goes on.',
    });
  }
}
