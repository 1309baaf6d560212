import { SeaError } from '@sea-align/core';

/** Ends a run that gets nothing but errors. */
export class FailuresInRow {
  readonly #who: string;
  readonly #most: number;
  #count = 0;

  constructor(who: string, most: number) {
    this.#who = who;
    this.#most = most;
  }

  /** Notes how one request ended. Throws SeaError for the last failure of too many. */
  note(error: string | undefined): void {
    this.#count = error === undefined ? 0 : this.#count + 1;
    if (this.#count < this.#most) return;
    throw new SeaError(`${this.#who} failed ${this.#count} times in a row; last: ${error}`, {
      code: 'SEA_EVALUATION_FAILING',
      hint: 'What was answered and judged is kept. Find out what is wrong; the same command goes on.',
    });
  }
}
