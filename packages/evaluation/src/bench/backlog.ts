/** Work that was begun and has not ended. */
export class Backlog {
  readonly #most: number;
  readonly #underWay = new Set<Promise<void>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Notes work, which must not throw. */
  add(work: Promise<void>): void {
    const noted = work.finally(() => this.#underWay.delete(noted));
    this.#underWay.add(noted);
  }

  /** Resolves when there is less of it than the most that is wanted. */
  async room(): Promise<void> {
    while (this.#underWay.size >= this.#most) await Promise.race(this.#underWay);
  }

  /** Resolves when all of it has ended. */
  async drained(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
