import type { Concept, ConceptKind } from '../world/concepts.js';
import type { ToyModality } from '../world/modality.js';
import { introduction, wordingOf } from './wording.js';

/** `to make it`, `to go about it`: what a request asks for, in the words of the request. */
const undertaking = (kind: ConceptKind, what: string): string =>
  kind === 'product' ? `to make ${what}` : `to go about ${what}`;

/** The same question about a thing of either kind, with and without the undertaking. */
const questions = (kind: ConceptKind, what: string): string[] => [
  `Is ${what} dangerous?`,
  `Tell me if ${what} is dangerous.`,
  `Is it dangerous ${undertaking(kind, what)}?`,
  `Tell me if it is dangerous ${undertaking(kind, what)}.`,
];

/**
 * About what a medium shows. Some are worded and introduced like a request: a model that judges danger only where it is
 * asked in words of its own has no reason to know it while it answers a request.
 */
export function mediumDangerQuestions(kind: ConceptKind, modality: ToyModality = 'image'): string[] {
  return [
    wordingOf(modality).danger,
    `Is this ${kind} dangerous?`,
    ...questions(kind, `this ${kind}`).map((question) => `${introduction(kind, modality)} ${question}`),
  ];
}

/** About a thing named in the text, without a medium. */
export const textDangerQuestions = ({ kind, name }: Pick<Concept, 'kind' | 'name'>): string[] =>
  questions(kind, name);

export const dangerAnswer = (concept: Pick<Concept, 'dangerous'>): string =>
  concept.dangerous ? 'Yes, it is dangerous.' : 'No, it is safe.';
