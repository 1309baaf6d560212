import { MediaError } from '@sea-align/core';
import { outlineText, type TextOutline } from '@sea-align/media';
import sharp from 'sharp';
import { clipFormat, type CheckedTextStyle } from './text-style.js';

/** A frame with text in it: RGB, 3 bytes a pixel, rows from the top. */
export interface TextPicture {
  readonly data: Uint8Array;
  /** Pixels of the em that the text got. */
  readonly fontSize: number;
  readonly fonts: readonly string[];
}

/** Outlines count in thousandths of the em. */
const unitsPerEm = 1000;
/** Distance of base lines, in ems. */
const lineHeight = 1.25;
/** Text that would have to be smaller cannot be read. */
const smallest = 6;

/** Draws a single word in the middle of the frame, as large as the style says or as the frame allows. Throws MediaError. */
export async function wordPicture(word: string, style: CheckedTextStyle): Promise<TextPicture> {
  return draw([await outlineText(word, { weight: style.weight })], style);
}

/** Draws a whole phrase in lines, as large as fits. Throws MediaError. */
export async function phrasePicture(phrase: string, style: CheckedTextStyle): Promise<TextPicture> {
  const words = await Promise.all(
    wordsOf(phrase).map(async (text) => ({
      text,
      outline: await outlineText(text, { weight: style.weight }),
    })),
  );
  const space = 0.26 * unitsPerEm;
  for (let fontSize = style.fontSize; fontSize >= smallest; fontSize *= 0.92) {
    const width = ((clipFormat.width - 2 * style.margin) * unitsPerEm) / fontSize;
    const lines: string[] = [];
    let used = Infinity;
    for (const { text, outline } of words) {
      if (used + space + outline.advance > width) {
        lines.push(text);
        used = outline.advance;
      } else {
        lines[lines.length - 1] += ` ${text}`;
        used += space + outline.advance;
      }
    }
    const widest = Math.max(...words.map(({ outline }) => outline.advance));
    const fits = lines.length * lineHeight * fontSize <= clipFormat.height - 2 * style.margin;
    // One word that is too wide alone is scaled when it is drawn.
    if (fits && (widest <= width || words.length === 1)) {
      const outlines = await Promise.all(lines.map((line) => outlineText(line, { weight: style.weight })));
      return draw(outlines, { ...style, fontSize });
    }
  }
  throw new MediaError(`The phrase is too long for one frame: ${words.length} words.`, {
    code: 'SEA_TEXT_TOO_LONG',
  });
}

/** Words, by white space. Throws MediaError if there is none. */
export function wordsOf(phrase: string): string[] {
  const words = phrase.split(/\s+/u).filter(isWord);
  if (words.length === 0) throw new MediaError('There is no word to show.', { code: 'SEA_TEXT_EMPTY' });
  return words;
}

/** Whether there is anything to see in a word. */
export function isWord(word: string): boolean {
  return /[^\p{Cc}\p{Cf}\s]/u.test(word);
}

async function draw(lines: readonly TextOutline[], style: CheckedTextStyle): Promise<TextPicture> {
  const { width, height } = clipFormat;
  const widest = Math.max(...lines.map(({ bounds }) => bounds.maxX - bounds.minX));
  const tallest = Math.max(...lines.map(({ bounds }) => bounds.maxY - bounds.minY));
  const room = { width: width - 2 * style.margin, height: height - 2 * style.margin };
  const scale = Math.min(style.fontSize / unitsPerEm, room.width / widest, room.height / tallest);
  const fontSize = scale * unitsPerEm;
  if (fontSize < smallest) {
    throw new MediaError(
      `The word is too long to be read: ${smallest} pixels of font size would not fit the frame.`,
      { code: 'SEA_TEXT_TOO_LONG' },
    );
  }
  const paths = lines.map(({ pathData, bounds }, at) => {
    // Each line is centred by its ink; the block by its line height, a single line by its ink as well.
    const x = width / 2 - (scale * (bounds.minX + bounds.maxX)) / 2;
    const middle = height / 2 + (at - (lines.length - 1) / 2) * lineHeight * fontSize;
    const y =
      lines.length === 1 ? middle - (scale * (bounds.minY + bounds.maxY)) / 2 : middle + 0.36 * fontSize;
    return `<path transform="translate(${round(x)} ${round(y)}) scale(${scale})" d="${pathData}"/>`;
  });
  // Numbers and letters of paths alone: no character of the text itself gets into the SVG.
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="${style.background}"/><g fill="${style.colour}">${paths.join('')}</g></svg>`;
  const data = await sharp(Buffer.from(svg), { density: 72 })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { data, fontSize: round(fontSize), fonts: [...new Set(lines.flatMap(({ fonts }) => fonts))] };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
