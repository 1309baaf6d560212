import { ConfigError } from '@sea-align/core';
import type { Glyph, GlyphRun, PathCommand } from 'fontkit';

import { missingGlyph } from './font-choice.js';
import { textRuns, type TextRun } from './text-runs.js';

/** How text is drawn. */
export interface OutlineOptions {
  /** 100 (thin) to 900 (black). Default: 400. */
  readonly weight?: number;
}

/**
 * A line of text as outlines. Units: 1/1000 of the font size; x to the right from where the line begins, y down from
 * the baseline, as in SVG.
 */
export interface TextOutline {
  /** For the `d` of an SVG `<path>` (fill rule `nonzero`, SVG's default): letters M, L, Q, C, Z and numbers only. */
  readonly pathData: string;
  /** The smallest box around the ink. */
  readonly bounds: {
    readonly minX: number;
    readonly minY: number;
    readonly maxX: number;
    readonly maxY: number;
  };
  /** Where a text that follows would begin. */
  readonly advance: number;
  /** How far the fonts used reach above and below the baseline; both positive. */
  readonly ascent: number;
  readonly descent: number;
  /** Files of the fonts used, like "noto-sans/latin". */
  readonly fonts: readonly string[];
}

/** A glyph at its place, in units of `TextOutline`, y up. */
export interface PlacedGlyph {
  readonly glyph: Glyph;
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const unitsPerEm = 1000;

/**
 * Draws a line of text as outlines of fonts that came with npm: no system fonts, no SVG `<text>`, so every machine gets
 * the same path. Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Chinese, Japanese, Korean and emoji (one colour),
 * mixed as needed; letters joined and ordered as their scripts want it.
 *
 * White space becomes single spaces; control characters are dropped; marks of writing direction do what they are for.
 *
 * @throws MediaError: a character or sequence without a glyph (`SEA_GLYPH_MISSING`, named with its code points), nothing
 * to draw, half of a surrogate pair, over 20,000 characters. ConfigError: weight.
 */
export async function outlineText(text: string, options: OutlineOptions = {}): Promise<TextOutline> {
  const { weight = 400 } = options;
  if (!(weight >= 100 && weight <= 900))
    throw new ConfigError(`weight must be from 100 to 900, not ${weight}.`);
  const runs = await textRuns(text, weight);
  const { glyphs, advance } = placeGlyphs(runs);
  const metrics = runs.map(({ font }) => ({
    ascent: (font.ascent * unitsPerEm) / font.unitsPerEm,
    descent: (-font.descent * unitsPerEm) / font.unitsPerEm,
  }));
  return {
    pathData: glyphs.map(glyphPath).join(''),
    bounds: inkBounds(glyphs),
    advance: rounded(advance),
    ascent: rounded(Math.max(...metrics.map(({ ascent }) => ascent))),
    descent: rounded(Math.max(...metrics.map(({ descent }) => descent))),
    fonts: [...new Set(runs.map(({ file }) => `${file.family}/${file.name}`))],
  };
}

/** Shapes runs that stand in visual order, and sets their glyphs one after another. */
export function placeGlyphs(runs: readonly TextRun[]): { glyphs: PlacedGlyph[]; advance: number } {
  const glyphs: PlacedGlyph[] = [];
  let pen = 0;
  for (const run of runs) {
    const scale = unitsPerEm / run.font.unitsPerEm;
    const shaped = shape(run);
    shaped.glyphs.forEach((glyph, at) => {
      const { xAdvance, xOffset, yOffset } = shaped.positions[at];
      glyphs.push({ glyph, x: pen + xOffset * scale, y: yOffset * scale, scale });
      pen += xAdvance * scale;
    });
  }
  return { glyphs, advance: pen };
}

function shape(run: TextRun): GlyphRun {
  const shaped = layout(run, run.text);
  const missing = shaped.glyphs.find(({ id }) => id === 0);
  if (missing !== undefined) throw missingGlyph(String.fromCodePoint(...missing.codePoints));
  if (run.file.family === 'noto-emoji') checkSequences(run);
  return shaped;
}

function layout({ font, direction }: TextRun, text: string): GlyphRun {
  return font.layout(text, undefined, undefined, undefined, direction);
}

/** A sequence of emoji that the font does not know as one picture would fall apart into several: refuse it. */
function checkSequences(run: TextRun): void {
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(run.text)) {
    const drawn = layout(run, segment).glyphs.filter((glyph) => glyph.advanceWidth > 0);
    if (drawn.length > 1) throw missingGlyph(segment);
  }
}

const letters = {
  moveTo: 'M',
  lineTo: 'L',
  quadraticCurveTo: 'Q',
  bezierCurveTo: 'C',
  closePath: 'Z',
} as const satisfies Record<PathCommand['command'], string>;

function glyphPath({ glyph, x, y, scale }: PlacedGlyph): string {
  return glyph.path.commands
    .map(({ command, args }) => {
      const numbers = args.map((value, at) => rounded(at % 2 === 0 ? x + value * scale : -y - value * scale));
      return letters[command] + numbers.join(' ');
    })
    .join('');
}

function inkBounds(glyphs: readonly PlacedGlyph[]): TextOutline['bounds'] {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { glyph, x, y, scale } of glyphs) {
    if (glyph.path.commands.length === 0) continue;
    const box = glyph.path.bbox;
    minX = Math.min(minX, x + box.minX * scale);
    maxX = Math.max(maxX, x + box.maxX * scale);
    minY = Math.min(minY, -y - box.maxY * scale);
    maxY = Math.max(maxY, -y - box.minY * scale);
  }
  return { minX: rounded(minX), minY: rounded(minY), maxX: rounded(maxX), maxY: rounded(maxY) };
}

/** To 1/10 unit; never "-0". */
function rounded(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}
