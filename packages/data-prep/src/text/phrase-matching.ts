import { determiners, functionWords } from '../english/word-lists.js';
import { stem } from './inflection.js';
import { wholeWordMatches } from './whole-words.js';

/** Lower case, straight quotes, single blanks: the form in which texts are compared. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether `text` holds `phrase` as a plain piece of text, case and spacing aside. */
export function holdsText(text: string, phrase: string): boolean {
  return normalise(text).includes(normalise(phrase));
}

/** The words of a text, lower case, in order; `-` and `'` belong to a word. */
export function wordsOf(text: string): string[] {
  return normalise(text).match(/[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*/gu) ?? [];
}

/** The phrase without its opening determiners: `a round bomb` -> `round bomb`; unchanged if nothing else is there. */
export function phraseCore(phrase: string): string {
  const words = phrase.trim().split(/\s+/);
  let start = 0;
  while (start < words.length - 1 && determiners.has(words[start].toLowerCase())) start += 1;
  return words.slice(start).join(' ');
}

/** Escapes no more than the syntax characters: with the `u` flag, `\-` and the like are errors. */
const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A pattern source for a phrase: any blanks between its words, either kind of apostrophe. */
export function phrasePattern(phrase: string): string {
  return phrase
    .trim()
    .split(/\s+/)
    .map((word) => escapeRegExp(word).replace(/['’]/g, "['’]"))
    .join('\\s+');
}

/** The place of `phrase` in `text` as whole words, in the text's own spelling; undefined if it is not there. */
export function findPhrase(text: string, phrase: string): string | undefined {
  if (phrase.trim() === '') return undefined;
  for (const match of wholeWordMatches(text, phrasePattern(phrase))) return match.text;
  return undefined;
}

/** The words of a phrase that carry its content (`rob the bank` -> rob, bank). */
export function contentWords(phrase: string): string[] {
  return wordsOf(phrase).filter((word) => !functionWords.has(word));
}

/**
 * Whether a sentence speaks of the phrase: each content word of the phrase is in it, inflection aside (`bake a cake` is
 * named by "A person is baking a cake.").
 */
export function namesPhrase(sentence: string, phrase: string): boolean {
  const wanted = contentWords(phrase);
  if (wanted.length === 0) return holdsText(sentence, phrase);
  const present = new Set(wordsOf(sentence).map(stem));
  return wanted.every((word) => present.has(stem(word)));
}
