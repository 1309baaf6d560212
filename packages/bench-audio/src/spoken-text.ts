import { speechError, speechErrorCodes } from './speech-error.js';

export interface TextLimits {
  /** Characters in all (default 4000, about five minutes of speech). */
  maxCharacters?: number;
  /** Characters without a space between them (default 200), in scripts that put spaces between words. */
  maxWordCharacters?: number;
}

/** A text as it is given to a voice. */
export interface SpokenText {
  readonly text: string;
  /** Whether anything but white space at the ends was changed: the manifest says so. */
  readonly changed: boolean;
}

const unspacedScripts =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
// Format characters have no sound: direction marks, byte order mark, soft hyphen. Joiners (U+200C, U+200D) stay: they
// are part of words in Persian and Hindi, and of emoji.
const silent = /(?![\u200C\u200D])[\p{Cf}\p{Noncharacter_Code_Point}]/gu;

/**
 * Takes out what has no sound (control characters, direction marks) and makes each run of white space one space.
 * Throws MediaError (`SEA_SPEECH_TEXT`) for a text with nothing to speak, with damaged characters, or beyond the
 * limits.
 */
export function cleanSpokenText(text: string, limits: TextLimits = {}): SpokenText {
  const { maxCharacters = 4000, maxWordCharacters = 200 } = limits;
  if (text.length > 16 * maxCharacters) throw tooLong(text.length, maxCharacters);
  if (/\p{Cs}|\uFFFD/u.test(text)) {
    throw refuse(`has damaged characters (position ${text.search(/\p{Cs}|\uFFFD/u)})`, {
      hint: 'Save the source file as UTF-8.',
    });
  }
  const spoken = text
    .normalize('NFC')
    .replaceAll(silent, '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (!/[\p{L}\p{N}]/u.test(spoken)) throw refuse('has no letter or digit to speak');
  const characters = [...spoken].length;
  if (characters > maxCharacters) throw tooLong(characters, maxCharacters);
  for (const word of spoken.split(' ')) {
    const length = [...word].length;
    if (length > maxWordCharacters && !unspacedScripts.test(word)) {
      throw refuse(
        `has a word of ${length} characters (${word.slice(0, 20)}…), the limit is ${maxWordCharacters}`,
      );
    }
  }
  return { text: spoken, changed: spoken !== text.trim() };
}

function tooLong(characters: number, limit: number): Error {
  return refuse(`is too long to speak: ${characters} characters, the limit is ${limit}`, {
    hint: 'Raise maxCharacters, or shorten the text.',
  });
}

function refuse(what: string, options: { hint?: string } = {}): Error {
  return speechError(speechErrorCodes.text, `The text ${what}.`, options);
}
