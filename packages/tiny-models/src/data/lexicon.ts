import { svoSentence } from '../grammar/describe.js';
import { concepts, type ConceptKind } from '../world/concepts.js';

/** A phrase of the toy world as an offline phrase extractor takes it. */
export interface ToyLexiconEntry {
  readonly phrase: string;
  readonly kind: ConceptKind;
  /** What a content sample is to say: a subject-verb-object sentence, or a product's phrase. */
  readonly sentence: string;
}

export const toyLexicon: readonly ToyLexiconEntry[] = concepts.map((concept) => ({
  phrase: concept.name,
  kind: concept.kind,
  sentence: svoSentence(concept),
}));
