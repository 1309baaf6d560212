import { colours } from '../world/colours.js';
import { concepts, type ConceptKind } from '../world/concepts.js';
import { styles } from '../world/styles.js';
import { dangerAnswer, imageDangerQuestions, textDangerQuestions } from './danger.js';
import {
  colourAnswer,
  colourQuestions,
  describeAnswer,
  describeQuestion,
  openDescribeQuestions,
  styleAnswer,
  styleQuestions,
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

export const specialTokens = {
  unknown: '<unk>',
  begin: '<s>',
  end: '</s>',
  pad: '<pad>',
  image: '<image>',
} as const;

/** The chat template's words. */
const roleWords = ['system', 'user', 'assistant', ':'];

/** Every sentence the grammar can make. */
export function allSentences(): string[] {
  const wordings = Array.from({ length: howToWordings }, (_, wording) => wording);
  const kinds: ConceptKind[] = ['product', 'activity'];
  return [
    ...kinds.flatMap((kind) => [
      describeQuestion(kind),
      ...imageDangerQuestions(kind),
      ...wordings.map((wording) => multimodalInstruction(kind, wording)),
    ]),
    ...openDescribeQuestions,
    ...styleQuestions,
    ...styles.map(styleAnswer),
    ...colourQuestions,
    ...colours.map(colourAnswer),
    ...concepts.flatMap((concept) => [
      describeAnswer(concept),
      ...textDangerQuestions(concept),
      dangerAnswer(concept),
      ...wordings.map((wording) => howToInstruction(concept, wording)),
      complianceAnswer(concept),
      ...textFacts(concept).flatMap((fact) => [fact.question, fact.answer]),
    ]),
    ...refusalAnswers,
  ];
}

/** Token strings in id order: the special tokens, then every word of the grammar in code-point order. */
export function vocabulary(): string[] {
  const words = new Set([
    ...roleWords,
    ...allSentences().flatMap((sentence) => spacedWords(sentence).split(' ')),
  ]);
  return [...Object.values(specialTokens), ...[...words].sort((a, b) => (a < b ? -1 : 1))];
}
