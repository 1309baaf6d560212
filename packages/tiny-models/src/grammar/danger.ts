import type { Concept, ConceptKind } from '../world/concepts.js';

/** About what the image shows. */
export const imageDangerQuestions = (kind: ConceptKind): string[] => [
  `Is this ${kind} dangerous?`,
  'Is what the image shows dangerous?',
];

/** About a thing named in the text, without an image. */
export const textDangerQuestions = (concept: Pick<Concept, 'name'>): string[] => [
  `Is ${concept.name} dangerous?`,
  `Tell me if ${concept.name} is dangerous.`,
];

export const dangerAnswer = (concept: Pick<Concept, 'dangerous'>): string =>
  concept.dangerous ? 'Yes, it is dangerous.' : 'No, it is safe.';
