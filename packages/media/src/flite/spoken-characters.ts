import { MediaError } from '@sea-align/core';

/** Typographic characters that have a plain twin. */
const twins: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': ' - ',
  '…': '...',
  '⁄': '/',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
};

/**
 * English text as flite reads it: accents taken off, typographic quotes and dashes made plain, control, formatting and
 * combining characters dropped, white space single.
 *
 * @throws MediaError for a character that an English voice would leave out (another script, an emoji), or if nothing
 * that can be spoken is left.
 */
export function speakable(text: string): string {
  let plain = '';
  for (const character of text.normalize('NFKD')) {
    const twin = twins[character] ?? twins[character.toLowerCase()];
    if (twin !== undefined) plain += twin;
    else if (/\s/u.test(character)) plain += ' ';
    else if (/[\p{Cc}\p{Cf}\p{M}]/u.test(character)) continue;
    else if (character <= '~') plain += character;
    else if (/[\p{P}\p{Z}]/u.test(character)) plain += ' ';
    else throw unspoken(character);
  }
  const spoken = plain.replaceAll(/ +/g, ' ').trim();
  if (!/[a-z0-9]/i.test(spoken)) {
    throw new MediaError(`There is nothing to speak in ${JSON.stringify(text.slice(0, 40))}.`, {
      code: 'SEA_SPEECH_TEXT',
    });
  }
  return spoken;
}

function unspoken(character: string): MediaError {
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return new MediaError(`flite speaks English only: it cannot speak "${character}" (U+${code}).`, {
    code: 'SEA_SPEECH_TEXT',
    hint: 'Use a voice of the language, or leave the character out.',
  });
}
