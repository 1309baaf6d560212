import { normaliseAnswer } from '../refusal-judge.js';
import type { BenchJudge } from './bench-judge.js';
import { offlineJudge } from './offline-judge.js';

/** Scripts that write words without spaces between them. */
const unspaced =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}/u;

/**
 * Offline judge of understanding cases: `correct` where one of the expected texts occurs in the answer, as whole words
 * and in order, whatever the case and punctuation. It takes "I see no kite" for knowing of the kite, and a synonym for
 * not knowing.
 */
export function createUnderstandingJudge(options: { readonly name?: string } = {}): BenchJudge {
  return offlineJudge({
    name: options.name ?? 'understanding',
    roles: ['understanding'],
    settings: { kind: 'expected-words' },
    verdictOf({ key, answer, expected = [] }) {
      const wanted = expected.map(normaliseAnswer).filter((text) => text !== '');
      if (wanted.length === 0) throw new RangeError(`the understanding case ${key} expects no answer`);
      const given = normaliseAnswer(answer);
      const found = wanted.some((text) =>
        unspaced.test(text) ? given.includes(text) : ` ${given} `.includes(` ${text} `),
      );
      return found ? 'correct' : 'wrong';
    },
  });
}
