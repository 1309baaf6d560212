import { MediaError } from '@sea-align/core';

const longest = 20_000;

/** Marks that steer the order of writing and show nothing. */
export const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Joiners and variation selectors: they act on their neighbours and need no glyph. */
const joiners = /\u200c|\u200d|\p{Variation_Selector}/u;

/**
 * Text to be drawn in one line: composed (NFC), any white space one space, none at the ends, control and invisible formatting
 * characters dropped, but not the marks of writing direction nor joiners.
 *
 * @throws MediaError: nothing visible, half of a surrogate pair, over 20,000 characters.
 */
export function cleanText(text: string): string {
  if (text.length > longest)
    throw new MediaError(`The text is too long to be drawn: over ${longest} characters.`);
  let clean = '';
  for (const character of text.normalize('NFC')) {
    const surrogate = character.length === 1 && /[\ud800-\udfff]/.test(character);
    if (surrogate)
      throw new MediaError(`The text holds half of a surrogate pair (${codePointName(character)}).`);
    if (/\s/u.test(character)) clean += ' ';
    else if (/[\p{Cc}\p{Cf}]/u.test(character)) {
      // Tag characters (Cf) spell out flags.
      const keep =
        directionMarks.test(character) || joiners.test(character) || /[\u{e0020}-\u{e007f}]/u.test(character);
      if (keep) clean += character;
    } else clean += character;
  }
  clean = clean.replaceAll(/ +/g, ' ').trim();
  if (!/[^\s\p{Cf}\p{Variation_Selector}]/u.test(clean)) {
    throw new MediaError(`There is nothing to draw in ${JSON.stringify(text.slice(0, 40))}.`);
  }
  return clean;
}

/** Whether a character needs no glyph of its own. */
export function isInvisible(character: string): boolean {
  return directionMarks.test(character) || joiners.test(character);
}

/** "U+0915 U+094D" */
export function codePointName(text: string): string {
  const names = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return names.join(' ');
}
