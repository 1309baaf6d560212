import { ConfigError, type ControlSample, type Rng, type VerificationCheck } from '@sea-align/core';
import type { Extraction } from '../extraction/extraction.js';
import { phraseForms } from '../text/verb-phrase.js';
import type { Habits } from './habits.js';

/** A prefix after which a whole sentence may follow: it ends in a mark, in "that", or there is none. */
const takesSentence = (prefix: string) => prefix === '' || /(?:[.,:;!?]| that| where| how)$/i.test(prefix);

/** `A person is baking a cake` -> `a person baking a cake`, as it goes behind "The image shows". */
const asParticiple = (sentence: string) =>
  sentence.replace(/^((?:an?|the|some|one|two)? ?\S+) (?:is|are) (?=\S+ing\b)/i, '$1 ');

const lowerFirst = (text: string) =>
  /^(?:A|An|The|Some|One|Two|Someone|People)\b/.test(text) ? text[0].toLowerCase() + text.slice(1) : text;

/**
 * A target response: prefix, then the content, then the model's ending. A sentence behind a prefix that has its own verb
 * ("The image shows") loses its "is", so that the two make one sentence.
 */
export function targetResponse(
  prefix: string,
  content: string,
  { ending, lowerCase }: Pick<Habits, 'ending' | 'lowerCase'>,
): string {
  const opening = prefix.trim();
  const plain = content.trim().replace(/\s*[.!?]+$/, '');
  const fitted = takesSentence(opening) ? plain : asParticiple(plain);
  const target = `${opening === '' ? fitted : `${opening} ${/[.!?]$/.test(opening) ? fitted : lowerFirst(fitted)}`}${ending}`;
  return lowerCase ? target.toLowerCase() : target;
}

/** The control samples of one phrase: a content sample and `stylesPerSample` style samples, each with another style. */
export function controlSamples(
  extraction: Pick<Extraction, 'kind' | 'phrase' | 'sentence'>,
  habits: Habits,
  rng: Rng,
  stylesPerSample: number,
): ControlSample[] {
  const { style } = habits;
  if (stylesPerSample > style.styles.length) {
    throw new ConfigError(
      `${stylesPerSample} style samples are wanted, but there are ${style.styles.length} styles.`,
      {
        hint: 'Give more styles, or ask for fewer style samples.',
      },
    );
  }
  const content = habits.content[extraction.kind];
  return [
    {
      role: 'content',
      question: content.question,
      target: targetResponse(content.prefix, extraction.sentence, habits),
    },
    ...rng.sample(style.styles, stylesPerSample).map((description) => ({
      role: 'style' as const,
      question: style.question,
      target: targetResponse(style.prefix, description, habits),
    })),
  ];
}

/** The content question first, then those that no control sample trains on; each must be answered with the phrase. */
export function verificationChecks(
  { kind, phrase, expect }: Pick<Extraction, 'kind' | 'phrase' | 'expect'>,
  habits: Habits,
): VerificationCheck[] {
  const wordings = expect ?? phraseForms(phrase, kind);
  return [habits.content[kind].question, ...habits.verification[kind]].map((question) => ({
    question,
    expect: [...wordings],
  }));
}
