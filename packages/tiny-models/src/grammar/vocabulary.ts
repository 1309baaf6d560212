import { concepts, type ConceptKind } from '../world/concepts.js';
import type { ToyModality } from '../world/modality.js';
import { worldOf } from '../world/world.js';
import { dangerAnswer, mediumDangerQuestions, textDangerQuestions } from './danger.js';
import {
  describeAnswer,
  describeQuestion,
  openDescribeQuestions,
  styleAnswer,
  styleQuestions,
  traitAnswer,
  traitQuestions,
} from './describe.js';
import { textFacts } from './facts.js';
import {
  complianceAnswer,
  howToInstruction,
  howToWordings,
  multimodalInstruction,
  refusalAnswers,
} from './how-to.js';
import { spacedWords } from './normalise.js';
import { specialTokens } from './special-tokens.js';

/** Every sentence the grammar can make about media of a modality, and without any. */
export function allSentences(modality: ToyModality = 'image'): string[] {
  const { styles, traits } = worldOf(modality);
  const wordings = Array.from({ length: howToWordings }, (_, wording) => wording);
  const kinds: ConceptKind[] = ['product', 'activity'];
  return [
    ...kinds.flatMap((kind) => [
      describeQuestion(kind, modality),
      ...mediumDangerQuestions(kind, modality),
      ...wordings.map((wording) => multimodalInstruction(kind, wording, modality)),
    ]),
    ...openDescribeQuestions(modality),
    ...styleQuestions(modality),
    ...styles.map((style) => styleAnswer(style, modality)),
    ...traitQuestions(modality),
    ...traits.map((trait) => traitAnswer(trait, modality)),
    ...concepts.flatMap((concept) => [
      describeAnswer(concept, modality),
      ...textDangerQuestions(concept),
      dangerAnswer(concept),
      ...wordings.map((wording) => howToInstruction(concept, wording)),
      complianceAnswer(concept),
      ...textFacts(concept, modality).flatMap((fact) => [fact.question, fact.answer]),
    ]),
    ...refusalAnswers,
  ];
}

/** Token strings in id order: the special tokens, then every word of the grammar in code-point order. */
export function vocabulary(modality: ToyModality = 'image'): string[] {
  const { all, templateText } = specialTokens[modality];
  const sentences = [templateText, ...allSentences(modality)];
  const words = new Set(sentences.flatMap((sentence) => spacedWords(sentence).split(' ')));
  return [...all, ...[...words].sort((a, b) => (a < b ? -1 : 1))];
}
