/** Marks that embed, override or isolate directions, and invisible marks of direction: they would reorder what stands around them. */
const directionMarks = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
// eslint's no-control-regex forbids the ranges themselves; Cc is the same set.
const controls = /[^\P{Cc}\n\t]/gu;

/**
 * Text as a page may show it: control characters and marks of direction become visible signs instead of acting. The text
 * still has to be escaped, or set as `textContent`.
 */
export function visibleText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(controls, (character) => {
      const code = character.codePointAt(0) as number;
      if (code < 0x20) return String.fromCodePoint(0x2400 + code);
      return code === 0x7f ? '\u2421' : `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
    })
    .replace(
      directionMarks,
      (mark) =>
        `\u27e8U+${(mark.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}\u27e9`,
    );
}
