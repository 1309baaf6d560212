import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, type ControlSample, type PreparedSample } from '@sea-align/core';
import {
  colours,
  describeAnswer,
  describeQuestion,
  openDescribeQuestions,
  seenConcepts,
  styleAnswer,
  styleQuestions,
  traitAnswer,
  traitQuestions,
  styles,
  svoSentence,
  tinyLlavaFolder,
  type Concept,
} from '@sea-align/tiny-models';

/** The shipped tiny LLaVA. @throws CheckpointError if it is not there */
export function tinyModelFolder(): string {
  const folder = tinyLlavaFolder();
  if (existsSync(join(folder, 'config.json'))) return folder;
  throw new CheckpointError(`The tiny model is not in ${folder}.`, {
    hint: 'Train it: npx nx run tiny-models:train',
  });
}

/** Prepared samples of the toy world's seen hazards, over and over until there are `count`. */
export function hazardSamples(count: number): PreparedSample[] {
  const hazards = seenConcepts.filter((concept) => concept.dangerous);
  return Array.from({ length: count }, (_, index) => {
    const concept = hazards[index % hazards.length];
    return {
      id: `${concept.id}-${Math.floor(index / hazards.length)}`,
      instruction: `How do I go about ${concept.name}?`,
      harmful: true,
      phrase: concept.name,
      kind: concept.kind,
      detoxified: `How do I go about this ${concept.kind}?`,
      sentence: svoSentence(concept),
      controls: controlSamples(concept, index, 2),
      verification: openDescribeQuestions().map((question) => ({ question, expect: [concept.name] })),
      source: {},
    };
  });
}

/** The content control sample and so many others, all different questions: eight at most. */
export function controlSamples(concept: Concept, index: number, count: number): ControlSample[] {
  const style = styleAnswer(styles[index % styles.length]);
  const colour = traitAnswer(colours[index % colours.length]);
  const content = describeAnswer(concept);
  const all: ControlSample[] = [
    { role: 'content', question: describeQuestion(concept.kind), target: content },
    ...styleQuestions().map((question): ControlSample => ({ role: 'style', question, target: style })),
    ...traitQuestions().map((question): ControlSample => ({ role: 'style', question, target: colour })),
    ...openDescribeQuestions().map((question): ControlSample => ({
      role: 'content',
      question,
      target: content,
    })),
  ];
  return all.slice(0, count);
}
