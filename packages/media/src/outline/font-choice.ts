import { MediaError } from '@sea-align/core';
import type { Font } from 'fontkit';

import { codePointName, isInvisible } from './clean-text.js';
import { fontFiles, isMeantFor, openFont, type FontFile, type FontPackage } from './font-files.js';

/** A font that has every glyph of a cluster. */
export interface ChosenFont {
  readonly file: FontFile;
  readonly font: Font;
}

/** The fonts to try, first to last: Han characters look as in the language whose other script the text has. */
export function fontOrder(text: string): readonly FontPackage[] {
  const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
  const korean = /\p{Script=Hangul}/u.test(text);
  const han: FontPackage[] = ['noto-sans-sc', 'noto-sans-jp', 'noto-sans-kr'];
  const first = japanese ? 'noto-sans-jp' : korean ? 'noto-sans-kr' : 'noto-sans-sc';
  return [
    ...(['noto-sans', 'noto-sans-hebrew', 'noto-sans-arabic'] as const),
    ...([first, ...han.filter((family) => family !== first)] as const),
    'noto-emoji',
  ];
}

/**
 * The first font that has all of a cluster (what a reader takes for one character). Punctuation and spaces stay with the
 * font before them, where that has them.
 *
 * @throws MediaError (`SEA_GLYPH_MISSING`) naming the characters.
 */
export async function chooseFont(
  cluster: string,
  order: readonly FontPackage[],
  weight: number,
  before: ChosenFont | undefined,
): Promise<ChosenFont> {
  const needed = Array.from(cluster).filter((character) => !isInvisible(character));
  if (before !== undefined && /^[\p{P}\p{Z}\p{M}\p{Cf}]+$/u.test(cluster) && covers(before.font, needed))
    return before;
  // A sign followed by U+FE0F wants to be an emoji.
  const wanted: readonly FontPackage[] = /\ufe0f/.test(cluster) ? ['noto-emoji', ...order] : order;
  for (const family of wanted) {
    for (const file of await fontFiles(family)) {
      if (!needed.every((character) => isMeantFor(file, character.codePointAt(0) ?? 0))) continue;
      const font = await openFont(file, weight);
      if (covers(font, needed)) return { file, font };
    }
  }
  throw missingGlyph(needed.join(''));
}

/** The error for text that no font can show. */
export function missingGlyph(cluster: string): MediaError {
  return new MediaError(`No font here has a glyph for "${cluster}" (${codePointName(cluster)}).`, {
    code: 'SEA_GLYPH_MISSING',
    hint: 'Scripts: Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Chinese, Japanese, Korean; emoji.',
    details: { cluster },
  });
}

function covers(font: Font, characters: readonly string[]): boolean {
  return characters.every((character) => font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0));
}
