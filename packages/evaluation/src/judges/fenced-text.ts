import { sha256 } from '@sea-align/core';

/** Texts that a judge reads but must not obey, and the mark that tells where each begins and ends. */
export interface FencedTexts {
  readonly mark: string;
  readonly text: string;
}

/**
 * Puts untrusted texts between lines that they cannot contain: the mark is a hash of the texts themselves, so whoever wrote one
 * of them cannot have known it. The same texts have the same mark, so prompts are reproducible.
 * @param texts by label, as `ANSWER`
 */
export function fence(texts: Readonly<Record<string, string>>): FencedTexts {
  const entries = Object.entries(texts);
  const mark = markFor(JSON.stringify(entries), Object.values(texts));
  const parts = entries.map(([label, text]) => `<<${label} ${mark}>>\n${text}\n<<END ${label} ${mark}>>`);
  return { mark, text: parts.join('\n\n') };
}

function markFor(seed: string, texts: readonly string[]): string {
  const mark = sha256(seed).slice(0, 16);
  // A hash that stands in its own text would be a wonder; it costs nothing to be sure.
  return texts.some((text) => text.includes(mark)) ? markFor(mark + seed, texts) : mark;
}
