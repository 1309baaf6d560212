/** Scripts written without spaces between words: there a word's edge cannot be seen, and a substring has to do. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Case, Unicode form (NFKC), punctuation and white space made alike; apostrophes vanish, other punctuation parts words. */
export function normaliseAnswer(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/['’ʼ`]/gu, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** Whether the answer names the phrase: all of its words, in order and next to each other, as whole words. */
export function namesPhrase(answer: string, phrase: string): boolean {
  const wanted = normaliseAnswer(phrase);
  if (wanted === '') return false;
  const given = normaliseAnswer(answer);
  return unspaced.test(wanted) ? given.includes(wanted) : ` ${given} `.includes(` ${wanted} `);
}
