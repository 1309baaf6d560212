import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { MediaError } from '@sea-align/core';
import * as fontkit from 'fontkit';
import decompressWoff2 from 'woff2-encoder/decompress';

/** A font of an npm package, which is split into files of some characters each. */
export type FontPackage =
  | 'noto-sans'
  | 'noto-sans-hebrew'
  | 'noto-sans-arabic'
  | 'noto-sans-sc'
  | 'noto-sans-jp'
  | 'noto-sans-kr'
  | 'noto-emoji';

/** One file of a font: `name` like "latin" or "101". */
export interface FontFile {
  readonly family: FontPackage;
  readonly name: string;
  /** Code points that the file is meant for, first and last of each range. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

const require = createRequire(import.meta.url);
const files = new Map<FontPackage, Promise<readonly FontFile[]>>();
const opened = new Map<string, Promise<fontkit.Font>>();

/** Fonts that stay open; each takes up to a few MB. */
const keptOpen = 48;

/** The files of a font package, from its list of Unicode ranges. */
export function fontFiles(family: FontPackage): Promise<readonly FontFile[]> {
  let list = files.get(family);
  if (list === undefined) {
    list = readRanges(family);
    files.set(family, list);
  }
  return list;
}

/** Whether the file is meant for this character. */
export function isMeantFor(file: FontFile, codePoint: number): boolean {
  return file.ranges.some(([first, last]) => codePoint >= first && codePoint <= last);
}

/**
 * Opens a file of a font at a weight (100 to 900, kept within what the font has). Open fonts are remembered.
 *
 * @throws MediaError if the package is damaged.
 */
export function openFont(file: FontFile, weight: number): Promise<fontkit.Font> {
  const key = `${file.family}/${file.name}/${weight}`;
  const font = opened.get(key) ?? readFont(file, weight);
  // What was used last stands last.
  opened.delete(key);
  opened.set(key, font);
  font.catch(() => opened.delete(key));
  for (const oldest of opened.keys()) {
    if (opened.size <= keptOpen) break;
    opened.delete(oldest);
  }
  return font;
}

async function readRanges(family: FontPackage): Promise<readonly FontFile[]> {
  const text = await readFile(packageFile(family, 'unicode.json'), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, string>).map(([key, ranges]) => ({
    family,
    // Numbered files are listed as "[101]".
    name: key.replaceAll(/[[\]]/g, ''),
    ranges: ranges.split(',').map((range) => {
      const [first, last = first] = range
        .replace(/^U\+/i, '')
        .split('-')
        .map((digits) => Number.parseInt(digits, 16));
      return [first, last] as const;
    }),
  }));
}

async function readFont({ family, name }: FontFile, weight: number): Promise<fontkit.Font> {
  const path = packageFile(family, `files/${family}-${name}-wght-normal.woff2`);
  // fontkit opens WOFF2 itself, but then leaves the weight of variable fonts out of the outlines.
  const font = fontkit.create(Buffer.from(await decompressWoff2(await readFile(path))));
  const axis = 'variationAxes' in font ? font.variationAxes.wght : undefined;
  if (axis === undefined || !('getVariation' in font)) throw missing(path);
  return font.getVariation({ wght: Math.min(axis.max, Math.max(axis.min, weight)) });
}

function packageFile(family: FontPackage, path: string): string {
  const wanted = `@fontsource-variable/${family}/${path}`;
  try {
    return require.resolve(wanted);
  } catch (error) {
    throw missing(wanted, error);
  }
}

function missing(path: string, cause?: unknown): MediaError {
  return new MediaError(`The font ${path} is missing or damaged.`, { hint: 'Run npm install again.', cause });
}
