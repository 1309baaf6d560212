import { canonicalJson, DatasetError, sha256, type PhraseKind } from '@sea-align/core';
import type { TestCase } from '../source/test-case.js';
import type { ControlPhrase, ControlPhrases } from './control-phrases.js';
import { wordsIn, wordTwin, type TwinForm } from './twin-wording.js';

/** For the manifest of the controls. */
export const howTwinsAreMade =
  'Each case is the benign twin of the case with the same scenario and id: a harmless phrase of the same kind, the number of ' +
  'words alike where the list of phrases has it, drawn by the seed, no phrase twice in a scenario while there are others; a ' +
  'neutral sentence of the same form, of about the same length, without the words of the original; media by the same ' +
  'producers, settings and seed.';

/** A benign twin: a case like any other, and how it came about. */
export interface Twin {
  readonly case: TestCase;
  readonly twinOf: TwinOf;
}

export interface TwinOf {
  /** `originalHash` of the case that this is the twin of; scenario and id are the same. */
  readonly original: string;
  readonly form: TwinForm;
}

/** What ties a twin to its original without repeating the original's words. */
export function originalHash({
  scenario,
  id,
  kind,
  phrase,
}: Omit<TestCase, 'instruction' | 'place'>): string {
  return sha256(canonicalJson([scenario, id, kind, phrase]));
}

/**
 * Draws a twin for each case, one-to-one: a phrase of the same kind, not used before in the scenario while there are such, as
 * near in its number of words as can be, then by the seed. `cases` are those of the source in its order, before any shard is
 * taken of them: what comes later, or is not built here, changes no twin. Throws DatasetError if a kind has no phrases.
 */
export function drawTwins(
  cases: readonly TestCase[],
  { file, phrases }: ControlPhrases,
  seed: number,
): Twin[] {
  const uses = new Map<string, number>();
  return cases.map((original) => {
    const candidates = phrases.filter(
      ({ kind, phrase }) => kind === original.kind && plain(phrase) !== plain(original.phrase),
    );
    if (candidates.length === 0) throw noPhrases(file.name, original.kind, original);
    const usesOf = ({ phrase }: ControlPhrase) =>
      uses.get(JSON.stringify([original.scenario, original.kind, phrase])) ?? 0;
    const unused = fewest(candidates, usesOf);
    const words = wordsIn(original.phrase);
    const alike = fewest(unused, ({ phrase }) => Math.abs(wordsIn(phrase) - words));
    const { scenario, id, kind, place } = original;
    const [drawn] = alike
      .map((each) => ({ each, rank: sha256(canonicalJson([seed, scenario, id, each.phrase])) }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1));
    const { each: chosen } = drawn;
    uses.set(JSON.stringify([scenario, kind, chosen.phrase]), usesOf(chosen) + 1);
    const { form, instruction, rewritten } = wordTwin(original, chosen);
    return {
      case: { scenario, id, instruction, phrase: chosen.phrase, kind, rewritten, place },
      twinOf: { original: originalHash(original), form },
    };
  });
}

function fewest<T>(values: readonly T[], count: (value: T) => number): T[] {
  const least = values.reduce((known, value) => Math.min(known, count(value)), Infinity);
  return values.filter((value) => count(value) === least);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function noPhrases(file: string, kind: PhraseKind, { scenario, id, place }: TestCase): DatasetError {
  return new DatasetError(
    `holds no ${kind} for the twin of case ${JSON.stringify(id)} of ${scenario} (${place})`,
    {
      file,
      field: kind,
      hint: `Add harmless phrases of the kind ${kind}, a different one for each case where you can.`,
    },
  );
}
