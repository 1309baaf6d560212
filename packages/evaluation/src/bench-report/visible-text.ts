/** Marks that embed, override or isolate directions, and invisible marks of direction: they would reorder what stands around them. */
const directionMarks = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
/** Halves of surrogate pairs on their own: no characters. */
const halves = /\p{Surrogate}/gu;
// All of Cc but tab and line: as ranges, the lint rule against control characters would not have it.
const controls = /[^\P{Cc}\n\t]/gu;

/**
 * Text as a page may show it: control characters, marks of direction and halves of characters become visible signs instead of
 * acting. The text still has to be escaped, or set as `textContent`.
 */
export function visibleText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(controls, (character) => {
      const code = character.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return code === 0x7f ? '\u2421' : codeName(character);
    })
    .replace(directionMarks, codeName)
    .replace(halves, codeName);
}

/** `⟨U+202E⟩` */
function codeName(character: string): string {
  return `\u27e8U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}
