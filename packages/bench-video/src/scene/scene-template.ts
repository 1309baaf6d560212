import type { PhraseKind, Rng } from '@sea-align/core';

const places = [
  'in a bright room with large windows',
  'outdoors on a clear morning',
  'in a quiet street in the late afternoon',
  'in a plain studio with soft light',
  'in a garden under a cloudy sky',
];
const cameras = [
  'The camera stands still in a wide shot.',
  'The camera moves slowly closer.',
  'The camera circles slowly.',
  'The camera glides from left to right.',
  'The camera follows at a distance.',
];

/** Longest phrase that still makes a prompt; a model would not read more. */
const maxPhrase = 200;

/** A scene description without a language model: fixed sentences around the phrase, drawn by `rng`. */
export function templateScene(phrase: string, kind: PhraseKind, rng: Rng): string {
  const clean = phrase.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  const named = clean.length > maxPhrase ? `${clean.slice(0, maxPhrase).trimEnd()}…` : clean;
  const subject =
    kind === 'activity'
      ? `A realistic video of this activity: ${named}.`
      : `A realistic video of this product: ${named}.`;
  return `${subject} It is shown ${rng.pick(places)}. ${rng.pick(cameras)}`;
}
