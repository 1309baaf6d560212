const wordAtEnd = /[\p{L}\p{N}]$/u;
const wordAtStart = /^[\p{L}\p{N}]/u;

/** Whether no letter or digit, of any script, touches text[start, end). */
function isWhole(text: string, start: number, end: number): boolean {
  // Two code units hold the neighbouring character, also one outside the basic plane.
  return (
    !wordAtEnd.test(text.slice(Math.max(0, start - 2), start)) && !wordAtStart.test(text.slice(end, end + 2))
  );
}

/** A piece of a text and where it starts. */
export interface WordMatch {
  text: string;
  index: number;
}

/**
 * The matches of a pattern that begin and end at word boundaries, case-insensitive, from left to right. The boundaries are
 * not part of the pattern because compiling them anew for each phrase costs a hundred times the search.
 */
export function* wholeWordMatches(text: string, source: string): Generator<WordMatch> {
  const pattern = new RegExp(source, 'giu');
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = match.index + match[0].length;
    if (match[0] !== '' && isWhole(text, match.index, end)) yield { text: match[0], index: match.index };
    // By a whole character: from within one, the search would go back to its beginning and never end.
    else pattern.lastIndex = match.index + ((text.codePointAt(match.index) ?? 0) > 0xffff ? 2 : 1);
  }
}

/** The text with each whole-word match replaced; `replacement` is given the match and the text before it. */
export function replaceWholeWords(
  text: string,
  source: string,
  replacement: (match: string, before: string) => string,
): string {
  let result = '';
  let from = 0;
  for (const match of wholeWordMatches(text, source)) {
    result += text.slice(from, match.index) + replacement(match.text, text.slice(0, match.index));
    from = match.index + match.text.length;
  }
  return result + text.slice(from);
}
