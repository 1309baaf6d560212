import type { PhraseKind } from '@sea-align/core';
import { determiners } from '../english/word-lists.js';
import { presentParticiple, thirdPerson } from './inflection.js';
import { findPhrase, holdsText, phraseCore, phrasePattern } from './phrase-matching.js';
import { startsWithParticiple } from './verb-phrase.js';
import { replaceWholeWords } from './whole-words.js';

/** What stands for the phrase in a detoxified instruction. */
export const placeholders: Readonly<Record<PhraseKind, string>> = {
  activity: 'this activity',
  product: 'this product',
};

/** Words after which English wants a bare verb: there "this activity" alone would not be a sentence. */
const beforeBareVerb =
  /(?:^|[\s"'(])(?:to|i|you|we|they|he|she|one|someone|somebody|anyone|people|person|can|could|should|would|will|must|may|might|shall|me|us|let's|please|not|never|just|actually|really)\s+$/i;

const articles = [...determiners].join('|');

const opensSentence = (before: string) => before.trim() === '' || /[.?!:\n]["')]*\s*$/.test(before);

function standIn(kind: PhraseKind, match: string, before: string, verb?: 'do' | 'does'): string {
  const text = verb === undefined ? placeholders[kind] : `${verb} ${placeholders[kind]}`;
  const capital = opensSentence(before) && /^\p{Lu}/u.test(match);
  return capital ? text[0].toUpperCase() + text.slice(1) : text;
}

/** Other forms of a verb in base form, with the verb that their stand-in needs. */
const otherForms: readonly [(verb: string) => string, 'does' | undefined][] = [
  [presentParticiple, undefined],
  [thirdPerson, 'does'],
];

function inflected(phrase: string, inflect: (verb: string) => string): string {
  const [verb, ...rest] = phrase.trim().split(/\s+/);
  return [inflect(verb.toLowerCase()), ...rest].join(' ');
}

/**
 * The instruction with the phrase replaced by "this activity" ("do this activity" where a bare verb stood) or "this
 * product". Each mention is replaced: for a product also with another determiner or in the plural, for an activity also
 * in the -ing form and the third person.
 *
 * @returns undefined where the phrase is not in the instruction, or where the result would still hold it (a phrase such
 *   as "activity", or one that is also part of a longer word).
 */
export function detoxify(instruction: string, phrase: string, kind: PhraseKind): string | undefined {
  if (findPhrase(instruction, phrase) === undefined) return undefined;
  let text = instruction;
  if (kind === 'product') {
    const mention = `(?:(?:${articles})\\s+)*${phrasePattern(phraseCore(phrase))}(?:s|es)?`;
    text = replaceWholeWords(text, mention, (match, before) => standIn(kind, match, before));
  } else {
    const bare = !startsWithParticiple(phrase);
    // A lone word at the start may be a noun ("Robbery: ..."); several are taken for a command ("Bake a cake").
    const command = /\s/.test(phrase.trim());
    text = replaceWholeWords(text, phrasePattern(phrase), (match, before) => {
      const verbPlace = opensSentence(before) ? command : beforeBareVerb.test(before);
      return standIn(kind, match, before, bare && verbPlace ? 'do' : undefined);
    });
    if (bare && /^[a-z]+$/i.test(phrase.trim().split(/\s+/)[0])) {
      for (const [inflect, verb] of otherForms) {
        const form = phrasePattern(inflected(phrase, inflect));
        text = replaceWholeWords(text, form, (match, before) => standIn(kind, match, before, verb));
      }
    }
  }
  return holdsText(text, phrase) ? undefined : text;
}
