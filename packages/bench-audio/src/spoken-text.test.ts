import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { speechErrorCodes } from './speech-error.js';
import { cleanSpokenText } from './spoken-text.js';

describe('cleanSpokenText', () => {
  it.each([
    ['fly a kite', 'fly a kite', false],
    ['  fly a kite\n', 'fly a kite', false],
    ['fly\r\na\tkite', 'fly a kite', true],
    ['\u202Efly\u202C a\u0000 kite\u0007', 'fly a kite', true],
    ['\uFEFFkite\u00AD', 'kite', true],
    ['<b>&"\'', '<b>&"\'', false],
    ['../../etc', '../../etc', false],
    ['می\u200Cخواهم', 'می\u200Cخواهم', false],
    ['e\u0301te\u0301', 'été', true],
  ])('%j is spoken as %j', (text, spoken, changed) => {
    expect(cleanSpokenText(text)).toEqual({ text: spoken, changed });
  });

  it.each([
    ['', 'no letter or digit'],
    [' \n\t', 'no letter or digit'],
    ['&<>?!', 'no letter or digit'],
    ['\u202E\u200F', 'no letter or digit'],
    ['ki\uD800te', 'damaged characters (position 2)'],
    ['ki\uFFFDte', 'damaged characters'],
    ['x'.repeat(10_000), 'too long'],
    ['x'.repeat(201), 'a word of 201 characters'],
    ['a '.repeat(2500), 'too long to speak: 4999 characters'],
    ['x'.repeat(10_000_000), 'too long'],
  ])('refuses %.20j', (text, message) => {
    expect(() => cleanSpokenText(text)).toThrow(expect.objectContaining({ code: speechErrorCodes.text }));
    expect(() => cleanSpokenText(text)).toThrow(message);
  });

  it('takes long runs of scripts without spaces', () => {
    expect(cleanSpokenText('凧を揚げる'.repeat(60)).changed).toBe(false);
  });

  it('gives text that is clean, or an error for this text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        try {
          const { text: spoken } = cleanSpokenText(text);
          expect(spoken).not.toMatch(/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]|\s\s|^\s|\s$/u);
          expect(cleanSpokenText(spoken)).toEqual({ text: spoken, changed: false });
        } catch (error) {
          expect(error).toMatchObject({ code: speechErrorCodes.text });
        }
      }),
    );
  });
});
