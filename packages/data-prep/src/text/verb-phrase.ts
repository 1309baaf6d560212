import type { PhraseKind } from '@sea-align/core';
import { plural, presentParticiple, thirdPerson } from './inflection.js';
import { phraseCore } from './phrase-matching.js';

/** The first and second person of a request, seen from outside. */
const seenFromOutside = new Map(
  Object.entries({
    my: 'their',
    your: 'their',
    our: 'their',
    me: 'them',
    us: 'them',
    you: 'them',
    myself: 'themselves',
    yourself: 'themselves',
    ourselves: 'themselves',
  }),
);

const outside = (words: readonly string[]) =>
  words.map((word) => seenFromOutside.get(word.toLowerCase()) ?? word);

const isAdverb = (word: string) =>
  /^[a-z]+ly$/i.test(word) && !/^(?:fly|apply|supply|rely|reply|ally|bully|tally)$/i.test(word);

/** Words ending in -ing that are base verbs (`bring`) and not participles. */
const baseVerbsInIng = new Set([
  'bring',
  'sing',
  'ring',
  'swing',
  'fling',
  'sting',
  'cling',
  'sling',
  'wring',
  'string',
  'ping',
  'wing',
]);

/** Whether a phrase starts with a verb's -ing form, an adverb before it aside (`baking a cake`). */
export function startsWithParticiple(phrase: string): boolean {
  const words = phrase.trim().toLowerCase().split(/\s+/);
  const verb = words.length > 1 && isAdverb(words[0]) ? words[1] : words[0];
  return /^[a-z]{2,}ing$/.test(verb) && !baseVerbsInIng.has(verb);
}

function inflectVerb(words: readonly string[], inflect: (verb: string) => string): string[] {
  const at = words.length > 1 && isAdverb(words[0]) ? 1 : 0;
  return words.map((word, index) => (index === at ? inflect(word.toLowerCase()) : word));
}

/**
 * The phrase of an activity as a subject-verb-object sentence, as a caption would say it: `bake a cake` and `baking a
 * cake` -> "A person is baking a cake." First and second person turn into the third (`my` -> `their`).
 */
export function activitySentence(phrase: string): string {
  const words = phrase.trim().split(/\s+/);
  const participle = startsWithParticiple(phrase) ? words : inflectVerb(words, presentParticiple);
  return `A person is ${[participle[0].toLowerCase(), ...outside(participle.slice(1))].join(' ')}.`;
}

/** `a cake` -> also `the cake`, as an answer may word it. */
const withTheArticle = (text: string) => text.replace(/(?<= )an? /g, 'the ');

/**
 * The wordings of a phrase that count as naming it, most literal first, without duplicates. Products: without the
 * article, and the plural. Activities: base form, -ing form and third person, each also seen from outside and with the
 * definite article.
 */
export function phraseForms(phrase: string, kind: PhraseKind): string[] {
  const words = phrase.trim().split(/\s+/);
  if (kind === 'product') {
    const core = phraseCore(phrase);
    const head = core.split(' ').at(-1) ?? core;
    const forms = [core];
    if (/ of /i.test(core)) return forms;
    if (/^[a-z]{2,}$/i.test(head) && !/s$/i.test(head)) {
      forms.push(core.slice(0, core.length - head.length) + plural(head));
    } else if (/[a-z]{3,}[^su]s$/i.test(head)) forms.push(core.slice(0, -1));
    return [...new Set(forms)];
  }
  const verbForms = startsWithParticiple(phrase)
    ? [words]
    : [words, inflectVerb(words, presentParticiple), inflectVerb(words, thirdPerson)];
  const literal = verbForms.map((form) => form.join(' '));
  const seen = verbForms.map((form) => [form[0], ...outside(form.slice(1))].join(' '));
  return [...new Set([...literal, ...seen, ...seen.map(withTheArticle)])];
}
