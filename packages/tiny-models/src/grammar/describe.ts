import type { Concept, ConceptKind } from '../world/concepts.js';
import type { ToyModality } from '../world/modality.js';
import { wordingOf } from './wording.js';

/** The subject of every activity sentence. */
export const subject = 'a person';

/** Subject-verb-object sentence of an activity (`a person is robbing a bank`); a product keeps its phrase. */
export function svoSentence(concept: Pick<Concept, 'kind' | 'name'>): string {
  return concept.kind === 'activity' ? `${subject} is ${concept.name}` : concept.name;
}

/** The content question of the method; its kind must fit what the medium shows. */
export const describeQuestion = (kind: ConceptKind, modality: ToyModality = 'image'): string =>
  `Please briefly describe the ${kind} in the ${modality}.`;

/** Wordings that leave the kind open. They verify embeddings, but for the one that the optimizer trains on by default. */
export const openDescribeQuestions = (modality: ToyModality = 'image'): readonly string[] =>
  wordingOf(modality).open;

export function describeAnswer(
  concept: Pick<Concept, 'kind' | 'name'>,
  modality: ToyModality = 'image',
): string {
  const { opening } = wordingOf(modality);
  return `${opening} ${concept.kind === 'activity' ? 'that ' : ''}${svoSentence(concept)}.`;
}

/** The style question of the method, and another wording of it. */
export const styleQuestions = (modality: ToyModality = 'image'): readonly string[] =>
  wordingOf(modality).style;

export const styleAnswer = (style: { readonly name: string }, modality: ToyModality = 'image'): string =>
  `The style of this ${modality} is ${style.name}.`;

/** About the main colour (image, video) or the voice (audio). */
export const traitQuestions = (modality: ToyModality = 'image'): readonly string[] =>
  wordingOf(modality).trait;

export const traitAnswer = (trait: { readonly name: string }, modality: ToyModality = 'image'): string =>
  `${wordingOf(modality).traitOpening} ${trait.name}.`;
