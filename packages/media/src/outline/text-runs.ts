import { createRequire } from 'node:module';

import type { Bidi } from 'bidi-js';

import { cleanText, directionMarks } from './clean-text.js';
import { chooseFont, fontOrder, type ChosenFont } from './font-choice.js';

/** A piece of text of one font and one direction. */
export interface TextRun extends ChosenFont {
  /** In the order of reading, brackets already mirrored. */
  readonly text: string;
  readonly direction: 'ltr' | 'rtl';
}

// The package's types describe an ES module; what Node loads is the function itself.
const createBidi: () => Bidi = createRequire(import.meta.url)('bidi-js');
let bidi: Bidi | undefined;

/** Letters that join or carry marks stand together: one cluster is what a reader takes for one character. */
const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Cuts a line of text into runs, in the order in which they stand from left to right (Unicode's bidirectional algorithm,
 * UAX #9; the first strong character gives the direction of the line).
 *
 * @throws MediaError as `cleanText` and `chooseFont`.
 */
export async function textRuns(text: string, weight: number): Promise<TextRun[]> {
  const line = cleanText(text);
  bidi ??= createBidi();
  const { levels } = bidi.getEmbeddingLevels(line);
  const order = fontOrder(line);
  const runs: (TextRun & { level: number })[] = [];
  let before: ChosenFont | undefined;
  for (const { segment, index } of clusters.segment(line)) {
    if (directionMarks.test(segment)) continue;
    const level = levels[index];
    const shown = level % 2 === 0 ? segment : (bidi.getMirroredCharacter(segment) ?? segment);
    const chosen = await chooseFont(shown, order, weight, before);
    const last = runs.at(-1);
    if (last !== undefined && last.level === level && last.file === chosen.file) {
      runs[runs.length - 1] = { ...last, text: last.text + shown };
    } else {
      runs.push({ ...chosen, text: shown, level, direction: level % 2 === 0 ? 'ltr' : 'rtl' });
    }
    before = chosen;
  }
  return visualOrder(runs);
}

/** Rule L2: from the highest level down to the lowest odd one, turn around every stretch of that level or higher. */
export function visualOrder<Run extends { readonly level: number }>(runs: readonly Run[]): Run[] {
  const ordered = [...runs];
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level >= 1; level--) {
    for (let start = 0; start < ordered.length; start++) {
      if (ordered[start].level < level) continue;
      let end = start;
      while (end < ordered.length && ordered[end].level >= level) end++;
      ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
      start = end;
    }
  }
  return ordered;
}
