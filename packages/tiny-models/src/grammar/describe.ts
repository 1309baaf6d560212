import type { Colour } from '../world/colours.js';
import type { Concept, ConceptKind } from '../world/concepts.js';
import type { Style } from '../world/styles.js';

/** The subject of every activity sentence. */
export const subject = 'a person';

/** Subject-verb-object sentence of an activity (`a person is robbing a bank`); a product keeps its phrase. */
export function svoSentence(concept: Pick<Concept, 'kind' | 'name'>): string {
  return concept.kind === 'activity' ? `${subject} is ${concept.name}` : concept.name;
}

/** The content question of the method; its kind must fit what the image shows. */
export const describeQuestion = (kind: ConceptKind): string =>
  `Please briefly describe the ${kind} in the image.`;

/** Wordings that leave the kind open. They verify embeddings, but for the one that the optimizer trains on by default. */
export const openDescribeQuestions = [
  'What does the image show?',
  'What do you see in this image?',
  'What is in the picture?',
] as const;

export function describeAnswer(concept: Pick<Concept, 'kind' | 'name'>): string {
  return `The image shows ${concept.kind === 'activity' ? 'that ' : ''}${svoSentence(concept)}.`;
}

/** The style question of the method, and another wording of it. */
export const styleQuestions = [
  'What is the style of this image?',
  'In what style is the picture drawn?',
] as const;

export const styleAnswer = (style: Pick<Style, 'name'>): string =>
  `The style of this image is ${style.name}.`;

export const colourQuestions = [
  'What is the main colour in the image?',
  'Which colour does the picture use?',
] as const;

export const colourAnswer = (colour: Pick<Colour, 'name'>): string => `The main colour is ${colour.name}.`;
