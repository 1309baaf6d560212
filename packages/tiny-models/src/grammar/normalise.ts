/** Lower case, punctuation as words of its own, single spaces: text as the word-level tokenizer decodes it. */
export function spacedWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\s]+/gu, ' $& ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether two answers are the same, word by word: the whole answer counts, not its opening. */
export const sameAnswer = (one: string, other: string): boolean => spacedWords(one) === spacedWords(other);
