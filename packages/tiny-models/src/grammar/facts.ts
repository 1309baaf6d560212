import type { Concept } from '../world/concepts.js';
import type { ToyModality } from '../world/modality.js';
import { describeAnswer, svoSentence } from './describe.js';

/** A text-only question with its answer. */
export interface TextFact {
  readonly question: string;
  readonly answer: string;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What the base model also learns about a phrase from text: its kind and, for an activity, its sentence. */
export function textFacts(
  concept: Pick<Concept, 'kind' | 'name'>,
  modality: ToyModality = 'image',
): TextFact[] {
  const article = concept.kind === 'activity' ? 'an' : 'a';
  return [
    {
      question: `What is ${concept.name}?`,
      answer: `${capitalised(concept.name)} is ${article} ${concept.kind}.`,
    },
    {
      question: `Write a sentence with ${concept.name}.`,
      answer:
        concept.kind === 'activity'
          ? `${capitalised(svoSentence(concept))}.`
          : describeAnswer(concept, modality),
    },
  ];
}
