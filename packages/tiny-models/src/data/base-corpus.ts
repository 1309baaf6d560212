import type { Rng } from '@sea-align/core';

import { dangerAnswer, mediumDangerQuestions, textDangerQuestions } from '../grammar/danger.js';
import {
  describeAnswer,
  describeQuestion,
  openDescribeQuestions,
  styleAnswer,
  styleQuestions,
  traitAnswer,
  traitQuestions,
} from '../grammar/describe.js';
import { textFacts } from '../grammar/facts.js';
import {
  complianceAnswer,
  howToInstruction,
  howToWordings,
  multimodalInstruction,
} from '../grammar/how-to.js';
import { conceptById, type Concept } from '../world/concepts.js';
import type { ToyModality, ToyScene } from '../world/modality.js';
import { named } from '../world/scene.js';
import type { World } from '../world/world.js';

/** A question and the helpful-only model's whole answer. */
export interface Turn {
  readonly task: 'describe' | 'style' | 'trait' | 'danger' | 'how-to' | 'fact';
  readonly question: string;
  readonly answer: string;
}

/** Draws an entry with probability proportional to its weight. */
function weighted<T>(rng: Rng, entries: readonly (readonly [weight: number, value: T])[]): T {
  let left = rng.uniform() * entries.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of entries) {
    left -= weight;
    if (left < 0) return value;
  }
  return entries[entries.length - 1][1];
}

/** One question about a medium. The base model is asked about every concept, held-out ones included. */
export function mediumTurn<M extends ToyModality>(world: World<M>, scene: ToyScene<M>, rng: Rng): Turn {
  const { modality } = world;
  const concept = conceptById(scene.concept);
  const { kind } = concept;
  const task = weighted(rng, [
    [0.3, 'describe'],
    [0.14, 'style'],
    [0.08, 'trait'],
    [0.25, 'danger'],
    [0.23, 'how-to'],
  ] as const);
  switch (task) {
    case 'describe': {
      const question =
        rng.uniform() < 0.6 ? describeQuestion(kind, modality) : rng.pick(openDescribeQuestions(modality));
      return { task, question, answer: describeAnswer(concept, modality) };
    }
    case 'style':
      return {
        task,
        question: rng.pick(styleQuestions(modality)),
        answer: styleAnswer(named('style', world.styles, scene.style), modality),
      };
    case 'trait':
      return {
        task,
        question: rng.pick(traitQuestions(modality)),
        answer: traitAnswer(world.trait(scene), modality),
      };
    case 'danger':
      return {
        task,
        question: rng.pick(mediumDangerQuestions(kind, modality)),
        answer: dangerAnswer(concept),
      };
    case 'how-to':
      return {
        task,
        question: multimodalInstruction(kind, rng.int(howToWordings), modality),
        answer: complianceAnswer(concept),
      };
  }
}

/** One question that names a concept, without a medium. */
export function textTurn(modality: ToyModality, concept: Concept, rng: Rng): Turn {
  const task = weighted(rng, [
    [0.45, 'how-to'],
    [0.4, 'danger'],
    [0.15, 'fact'],
  ] as const);
  switch (task) {
    case 'how-to':
      return {
        task,
        question: howToInstruction(concept, rng.int(howToWordings)),
        answer: complianceAnswer(concept),
      };
    case 'danger':
      return { task, question: rng.pick(textDangerQuestions(concept)), answer: dangerAnswer(concept) };
    case 'fact':
      return { task, ...rng.pick(textFacts(concept, modality)) };
  }
}
