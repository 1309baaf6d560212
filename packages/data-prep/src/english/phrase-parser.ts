import type { PhraseKind } from '@sea-align/core';
import { reject, type Rejection } from '../extraction/extraction.js';
import { startsWithParticiple } from '../text/verb-phrase.js';
import type { FramedRequest } from './question-frames.js';
import {
  determiners,
  genericVerbs,
  lightNouns,
  negatingVerbs,
  nounPhraseEnds,
  particles,
  persons,
  pronouns,
  stativeVerbs,
  verbPhraseEnds,
} from './word-lists.js';

const maxPhraseWords = 10;

export interface ParsedPhrase {
  phrase: string;
  kind: PhraseKind;
}

type Parsed = ParsedPhrase | { rejection: Rejection };

const bare = (token: string) => token.toLowerCase().replace(/^[("']+|[)"':;.!?,]+$/g, '');

/** The tokens up to where the phrase ends, and whether what follows could hold a second content. */
function cut(
  tokens: readonly string[],
  ends: ReadonlySet<string>,
  from: number,
): { kept: string[]; tail: string[] } {
  let end = from;
  while (end < tokens.length && !ends.has(bare(tokens[end]))) {
    end += 1;
    if (/[,;:]$/.test(tokens[end - 1])) break;
  }
  const kept = tokens.slice(0, end);
  if (kept.length > 0) kept[kept.length - 1] = kept[kept.length - 1].replace(/[,;:]+$/, '');
  return { kept, tail: tokens.slice(end) };
}

/** What follows a phrase must be circumstance ("for a party", "near me"), not a second request. */
function secondRequest(tail: readonly string[]): string | undefined {
  const words = tail.map(bare);
  const joined = words.findIndex((word) => ['and', 'or', '&', 'then', 'plus', 'but', 'nor'].includes(word));
  if (joined >= 0) return `"${tail.slice(joined).join(' ')}" joins something else to it`;
  const purpose = words.findIndex(
    (word, index) =>
      (word === 'to' && index + 1 < words.length && !determiners.has(words[index + 1])) ||
      (['for', 'by', 'from', 'of', 'while', 'before', 'after'].includes(word) &&
        startsWithParticiple(words[index + 1] ?? '')),
  );
  return purpose < 0 ? undefined : `"${tail.slice(purpose).join(' ')}" names a second activity`;
}

function checkWords(phrase: readonly string[]): Rejection | undefined {
  const text = phrase.join(' ');
  if (phrase.length > maxPhraseWords) {
    return { code: 'unclear-phrase', detail: `"${text}" is longer than ${maxPhraseWords} words` };
  }
  const odd = phrase.find((word) => !/^[\p{L}\p{N}][\p{L}\p{N}'’-]*$/u.test(word));
  return odd === undefined
    ? undefined
    : { code: 'unclear-phrase', detail: `"${odd}" in "${text}" is not a plain word` };
}

/** Whether every word is a pronoun or a determiner: nothing that could be shown. */
const pointsElsewhere = (words: readonly string[]) =>
  words.every((word) => pronouns.has(bare(word)) || determiners.has(bare(word)));

function parseNounPhrase(tokens: readonly string[]): Parsed {
  let from = 0;
  while (from < tokens.length && determiners.has(bare(tokens[from]))) from += 1;
  let { kept, tail } = cut(tokens, nounPhraseEnds, from);
  // "a bottle of glue": the noun after "of" is the content.
  if (bare(tail[0] ?? '') === 'of' && tail.length > 1 && kept.length > from) {
    const more = cut(tail, nounPhraseEnds, 1);
    kept = [...kept, ...more.kept];
    tail = more.tail;
  }
  if (kept.length === 0 || kept.length === from || pointsElsewhere(kept) || particles.has(bare(kept[from]))) {
    return reject('unclear-phrase', `"${tokens.join(' ')}" does not start with a thing that can be shown`);
  }
  const second = secondRequest(tail);
  if (second !== undefined) return reject('several-requests', second);
  const fault = checkWords(kept);
  return fault === undefined ? { phrase: kept.join(' '), kind: 'product' } : { rejection: fault };
}

function parseVerbPhrase(tokens: readonly string[]): Parsed {
  const first = bare(tokens[0]);
  const verbAt =
    /ly$/.test(first) && tokens.length > 1 && !/^(?:fly|apply|supply|rely|reply)$/.test(first) ? 1 : 0;
  const verb = bare(tokens[verbAt]);
  if (
    negatingVerbs.has(verb) ||
    negatingVerbs.has(first) ||
    /^(?:avoid|prevent|stopp|quitt|resist)ing$/.test(verb)
  ) {
    return reject('negated-request', `"${verb}": it asks how not to do something`);
  }
  if (stativeVerbs.has(verb)) return reject('unclear-phrase', `"${verb}" is a state that no medium shows`);
  if (!/^[\p{L}-]+$/u.test(verb) || determiners.has(verb) || pronouns.has(verb) || nounPhraseEnds.has(verb)) {
    return reject('unclear-phrase', `"${tokens[verbAt]}" stands where a verb was expected`);
  }
  const { kept, tail } = cut(tokens, verbPhraseEnds, verbAt + 1);
  const object = kept.slice(verbAt + 1);
  const joined = object.findIndex((word) => ['and', 'or', '&', 'then'].includes(bare(word)));
  if (joined >= 0)
    return reject('several-requests', `"${object.slice(joined).join(' ')}" joins something else to it`);
  if (/,$/.test(tokens[kept.length - 1]) && tail.length > 0 && !verbPhraseEnds.has(bare(tail[0]))) {
    return reject('several-requests', `"${tail.join(' ')}" follows after a comma`);
  }
  const second = secondRequest(tail);
  if (second !== undefined) return reject('several-requests', second);
  if (object.length > 0 && pointsElsewhere(object)) {
    return reject('unclear-phrase', `"${kept.join(' ')}" does not say what it is about`);
  }
  const fault = checkWords(kept);
  return fault === undefined ? { phrase: kept.join(' '), kind: 'activity' } : { rejection: fault };
}

/** `make`, `buy`, `use` ...: the object is what can be shown, unless the two are a fixed expression (`make a mess`). */
function parseRequestVerb(tokens: readonly string[]): Parsed {
  const verb = bare(tokens[0]);
  if (!genericVerbs.has(verb)) return parseVerbPhrase(tokens);
  const object = tokens.slice(1);
  if (['me', 'us', 'myself', 'yourself'].includes(bare(object[0] ?? ''))) object.shift();
  if (object.length === 0) return reject('unclear-phrase', `"${verb}" has no object`);
  const parsed = parseNounPhrase(object);
  if (!('phrase' in parsed)) return parsed;
  const words = parsed.phrase.toLowerCase().split(' ');
  if (lightNouns.has(words[words.length - 1])) return parseVerbPhrase(tokens);
  const causative =
    verb === 'make' &&
    (/^(?:my|your|his|her|its|our|their|the|this|that)$/.test(words[0]) || persons.has(words[0]));
  if (
    causative ||
    words.some((word) => pronouns.has(word)) ||
    (verb === 'get' && !determiners.has(words[0]))
  ) {
    return reject('unclear-phrase', `"${verb} ${parsed.phrase}" may mean several things`);
  }
  return parsed;
}

/**
 * The phrase and kind of a recognised request. Fixed rules, no dictionary of English: what does not fit is rejected with
 * the reason, never guessed at.
 */
export function parsePhrase({ slot, rest }: FramedRequest): Parsed {
  const tokens = rest.split(/\s+/).filter((token) => token !== '');
  if (tokens.length === 0) return reject('unclear-phrase', 'nothing follows the question');
  if (slot === 'base') return startsWithParticiple(rest) ? parseVerbPhrase(tokens) : parseRequestVerb(tokens);
  const participle = startsWithParticiple(bare(tokens[0])) && !determiners.has(bare(tokens[0]));
  if (slot === 'participle' && !participle) {
    return reject('unclear-phrase', `"${tokens[0]}" stands where a verb in -ing form was expected`);
  }
  if (!participle || slot === 'noun') return parseNounPhrase(tokens);
  const stem = bare(tokens[0]).slice(0, -3);
  const generic = [...genericVerbs].find(
    (verb) => verb === stem || verb === `${stem}e` || `${verb}${verb.at(-1)}` === stem,
  );
  return generic === undefined ? parseVerbPhrase(tokens) : parseRequestVerb([generic, ...tokens.slice(1)]);
}
