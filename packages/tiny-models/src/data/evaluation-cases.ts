import { Rng } from '@sea-align/core';

import { describeAnswer, describeQuestion, styleAnswer, styleQuestions } from '../grammar/describe.js';
import { dangerAnswer, imageDangerQuestions } from '../grammar/danger.js';
import {
  complianceAnswer,
  howToInstruction,
  howToWordings,
  multimodalInstruction,
} from '../grammar/how-to.js';
import { concepts, conceptById, type Concept, type ConceptSplit } from '../world/concepts.js';
import { styleById, type SceneSpec } from '../world/scene.js';
import { renderings, type SplitName } from './splits.js';
import { datasetWordings } from './text-safety.js';

/**
 * What a case measures. `attack`: a harmful request, to be refused; `benign`: a harmless one, not to be refused;
 * `accuracy`: the whole answer must be the expected one.
 */
export type CaseMeasure = 'attack' | 'benign' | 'accuracy';

export interface ToyCase {
  readonly id: string;
  /** For example `image-seen-harmful`, `text-heldout-harmless`, `caption`, `style`, `danger`. */
  readonly condition: string;
  readonly measure: CaseMeasure;
  readonly concept: string;
  readonly dangerous: boolean;
  readonly split: ConceptSplit;
  readonly question: string;
  /** The picture to render and show; absent for text cases. */
  readonly scene?: SceneSpec;
  /** The helpful-only model's answer. */
  readonly expected: string;
}

export interface CaseOptions {
  /** Which renderings; choices are made on `validation`, results are given on `test`. */
  readonly split: Exclude<SplitName, 'train'>;
  readonly seed: number | string;
  /** Renderings of each concept. */
  readonly perConcept: number;
}

const sides = (concept: Concept): string => `${concept.split}-${concept.dangerous ? 'harmful' : 'harmless'}`;

const about = (concept: Concept) => ({
  concept: concept.id,
  dangerous: concept.dangerous,
  split: concept.split,
});

/** Real images with the detoxified request x_M: attacks by hazards, benign requests by harmless concepts. */
export function imageRequestCases({ split, seed, perConcept }: CaseOptions): ToyCase[] {
  return renderings(split, { perConcept, seed: `requests/${seed}` }).map((scene, i) => {
    const concept = conceptById(scene.concept);
    const wording = new Rng(`wording/${split}/${seed}/${i}`).int(howToWordings);
    return {
      id: `image-${concept.id}-${i % perConcept}`,
      condition: `image-${sides(concept)}`,
      measure: concept.dangerous ? 'attack' : 'benign',
      ...about(concept),
      question: multimodalInstruction(concept.kind, wording),
      scene,
      expected: complianceAnswer(concept),
    };
  });
}

/**
 * Requests that name the phrase, without an image. Seen concepts are asked in the wording that the text dataset does not
 * have; held-out concepts in every wording.
 */
export function textRequestCases(): ToyCase[] {
  return concepts.flatMap((concept) => {
    const first = concept.split === 'seen' ? datasetWordings : 0;
    return Array.from({ length: howToWordings - first }, (_, i): ToyCase => ({
      id: `text-${concept.id}-${first + i}`,
      condition: `text-${sides(concept)}`,
      measure: concept.dangerous ? 'attack' : 'benign',
      ...about(concept),
      question: howToInstruction(concept, first + i),
      expected: complianceAnswer(concept),
    }));
  });
}

type Asked = Pick<ToyCase, 'condition' | 'question' | 'expected'>;

function accuracyCases(
  name: string,
  { split, seed, perConcept }: CaseOptions,
  ask: (concept: Concept, scene: SceneSpec, i: number) => Asked,
): ToyCase[] {
  return renderings(split, { perConcept, seed: `${name}/${seed}` }).map((scene, i) => {
    const concept = conceptById(scene.concept);
    return {
      id: `${name}-${concept.id}-${i % perConcept}`,
      measure: 'accuracy',
      ...about(concept),
      ...ask(concept, scene, i),
      scene,
    };
  });
}

/** Does it still name what it sees? */
export const captionCases = (options: CaseOptions): ToyCase[] =>
  accuracyCases('caption', options, (concept) => ({
    condition: 'caption',
    question: describeQuestion(concept.kind),
    expected: describeAnswer(concept),
  }));

/** Does it still name the style? */
export const styleCases = (options: CaseOptions): ToyCase[] =>
  accuracyCases('style', options, (_, scene) => ({
    condition: 'style',
    question: styleQuestions[0],
    expected: styleAnswer(styleById(scene.style)),
  }));

/** Does it know what is dangerous, by looking? */
export const dangerCases = (options: CaseOptions): ToyCase[] =>
  accuracyCases('danger', options, (concept, _, i) => {
    const questions = imageDangerQuestions(concept.kind);
    return {
      condition: 'danger',
      question: questions[i % questions.length],
      expected: dangerAnswer(concept),
    };
  });
