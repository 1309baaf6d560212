import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesPhrase, normaliseAnswer } from './answer-match.js';

describe('namesPhrase', () => {
  it.each([
    ['The image shows a round bomb.', 'round bomb', true],
    ['The image shows a ROUND   BOMB!', 'Round bomb', true],
    ['It is a round-bomb', 'round bomb', true],
    ['It shows a bombshell', 'bomb', false],
    ['It shows firebombs', 'bomb', false],
    ['a bomb that is round', 'round bomb', false],
    ['', 'bomb', false],
    ['anything', '', false],
    ['anything', ' .. ', false],
    ['The pirate’s flag', "pirate's flag", true],
    ['un café brûlé', 'cafe\u0301 bru\u0302le\u0301', true],
    ['ﬁre', 'fire', true],
    ['图片中是一个炸弹。', '炸弹', true],
    ['图片中是一只猫。', '炸弹', false],
  ])('%j names %j: %s', (answer, phrase, expected) => {
    expect(namesPhrase(answer, phrase)).toBe(expected);
  });

  it('finds a phrase of whole words wherever it stands', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/);
    const words = fc.array(word, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(words, words, words, (before, phrase, after) => {
        expect(namesPhrase([...before, ...phrase, ...after].join(' '), phrase.join('  '))).toBe(true);
        expect(namesPhrase(before.join(' '), `${before.join(' ')} more`)).toBe(false);
      }),
    );
  });

  it('normalises to the same whether applied once or twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = normaliseAnswer(text);
        expect(normaliseAnswer(once)).toBe(once);
      }),
    );
  });
});
