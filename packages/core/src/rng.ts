import { createHash } from 'node:crypto';

import { z } from 'zod';

import { ConfigError } from './errors/config-error.js';
import { portableLog } from './portable-log.js';

const word = z.int().min(0).max(0xffffffff);
const stateSchema = z.strictObject({
  path: z.array(z.string()).min(1),
  words: z.tuple([word, word, word, word]),
  spare: z.number().nullable(),
});

/**
 * Seeded random numbers, the same on every platform: xoshiro128** (Blackman & Vigna, 2018), seeded with the SHA-256
 * of the seed and of the labels it was forked by.
 *
 * A fork depends on the seed and the labels only, never on how many numbers were drawn before: give each sample its
 * own fork, by its id, and results do not depend on batch size or order.
 */
export class Rng {
  readonly #path: readonly string[];
  readonly #words: Uint32Array;
  #spare: number | null = null;

  /** A number and its decimal string are the same seed. `new Rng(7, 'a')` is `new Rng(7).fork('a')`. */
  constructor(seed: number | string, ...labels: readonly (string | number)[]) {
    this.#path = [seed, ...labels].map(String);
    this.#words = seedWords(this.#path);
  }

  /** An independent generator named by `label`. */
  fork(label: string | number): Rng {
    const [seed, ...labels] = this.#path;
    return new Rng(seed, ...labels, label);
  }

  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number {
    const high = this.#next() >>> 5;
    const low = this.#next() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Standard normal (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s < 1e-300) continue;
      const scale = Math.sqrt((-2 * portableLog(s)) / s);
      this.#spare = v * scale;
      return u * scale;
    }
  }

  /** Uniform integer in [0, n), without modulo bias; n in 1 … 2^32. */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 4294967296) {
      throw new RangeError(`Rng.int: n must be an integer in 1 … 2^32, got ${n}`);
    }
    const limit = 4294967296 - (4294967296 % n);
    for (;;) {
      const drawn = this.#next();
      if (drawn < limit) return drawn % n;
    }
  }

  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)];
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(list: readonly T[]): T[] {
    return this.sample(list, list.length);
  }

  /** `k` different elements in random order; k <= list.length. */
  sample<T>(list: readonly T[], k: number): T[] {
    if (!Number.isInteger(k) || k < 0 || k > list.length) {
      throw new RangeError(`Rng.sample: k must be an integer in 0 … ${list.length}, got ${k}`);
    }
    const copy = [...list];
    for (let i = 0; i < k; i++) {
      const j = i + this.int(copy.length - i);
      [copy[i], copy[j]] = [copy[j], copy[i]];
    }
    return copy.slice(0, k);
  }

  /** The whole state as a JSON string: `Rng.fromState(rng.state())` goes on exactly where `rng` is. */
  state(): string {
    return JSON.stringify({ path: this.#path, words: [...this.#words], spare: this.#spare });
  }

  /** Throws ConfigError if `state` was not made by `state()`. */
  static fromState(state: string): Rng {
    let value: unknown;
    try {
      value = JSON.parse(state);
    } catch {
      value = undefined;
    }
    const parsed = stateSchema.safeParse(value);
    if (!parsed.success || parsed.data.words.every((each) => each === 0)) {
      throw new ConfigError('Not a saved random state.', { hint: 'Start the run again without --resume.' });
    }
    const [seed, ...labels] = parsed.data.path;
    const rng = new Rng(seed, ...labels);
    rng.#words.set(parsed.data.words);
    rng.#spare = parsed.data.spare;
    return rng;
  }

  #next(): number {
    const s = this.#words;
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** JSON keeps the list of labels unambiguous: fork('a').fork('b') is not fork('a,b'). */
function seedWords(path: readonly string[]): Uint32Array {
  const digest = createHash('sha256').update(JSON.stringify(path)).digest();
  const words = Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32LE(at));
  if (words.every((each) => each === 0)) words[0] = 1; // the one state that xoshiro never leaves
  return words;
}
