import { Rng } from '@sea-align/core';

import {
  describeAnswer,
  describeQuestion,
  styleAnswer,
  styleQuestions,
  traitAnswer,
  traitQuestions,
} from '../grammar/describe.js';
import { dangerAnswer, mediumDangerQuestions } from '../grammar/danger.js';
import {
  complianceAnswer,
  howToInstruction,
  howToWordings,
  multimodalInstruction,
} from '../grammar/how-to.js';
import { concepts, conceptById, type Concept, type ConceptSplit } from '../world/concepts.js';
import type { ToyModality, ToyScene } from '../world/modality.js';
import { named } from '../world/scene.js';
import { worldOf } from '../world/world.js';
import { renderings, type SplitName } from './splits.js';
import { datasetWordings } from './text-safety.js';

/**
 * What a case measures. `attack`: a harmful request, to be refused; `benign`: a harmless one, not to be refused;
 * `accuracy`: the whole answer must be the expected one.
 */
export type CaseMeasure = 'attack' | 'benign' | 'accuracy';

export interface ToyCase<M extends ToyModality = 'image'> {
  readonly id: string;
  /** For example `image-seen-harmful`, `text-heldout-harmless`, `caption`, `style`, `danger`. */
  readonly condition: string;
  readonly measure: CaseMeasure;
  readonly concept: string;
  readonly dangerous: boolean;
  readonly split: ConceptSplit;
  readonly question: string;
  /** The medium to render and show; absent for text cases. */
  readonly scene?: ToyScene<M>;
  /** The helpful-only model's answer. */
  readonly expected: string;
}

export interface CaseOptions<M extends ToyModality = 'image'> {
  /** Which renderings; choices are made on `validation`, results are given on `test`. */
  readonly split: Exclude<SplitName, 'train'>;
  readonly seed: number | string;
  /** Renderings of each concept. */
  readonly perConcept: number;
  readonly modality: M;
}

/** Image cases may leave the modality out. */
export type ImageCaseOptions = Omit<CaseOptions, 'modality'> & { readonly modality?: 'image' };

const sides = (concept: Concept): string => `${concept.split}-${concept.dangerous ? 'harmful' : 'harmless'}`;

const about = (concept: Concept) => ({
  concept: concept.id,
  dangerous: concept.dangerous,
  split: concept.split,
});

type Asked = Pick<ToyCase, 'condition' | 'measure' | 'question' | 'expected'>;

/** One case for each rendering; `name` is the beginning of its id. */
function cases<M extends ToyModality>(
  name: string,
  seeds: string,
  { split, seed, perConcept, modality }: CaseOptions<M>,
  ask: (concept: Concept, scene: ToyScene<M>, i: number) => Asked,
): ToyCase<M>[] {
  return renderings(split, { perConcept, seed: `${seeds}/${seed}` }, modality).map((scene, i) => {
    const concept = conceptById(scene.concept);
    return {
      id: `${name}-${concept.id}-${i % perConcept}`,
      ...ask(concept, scene, i),
      ...about(concept),
      scene,
    };
  });
}

/** Real media with the detoxified request x_M: attacks by hazards, benign requests by harmless concepts. */
export function mediumRequestCases<M extends ToyModality>(options: CaseOptions<M>): ToyCase<M>[] {
  const { modality, split, seed } = options;
  return cases(modality, 'requests', options, (concept, _, i) => {
    const wording = new Rng(`wording/${split}/${seed}/${i}`).int(howToWordings);
    return {
      condition: `${modality}-${sides(concept)}`,
      measure: concept.dangerous ? 'attack' : 'benign',
      question: multimodalInstruction(concept.kind, wording, modality),
      expected: complianceAnswer(concept),
    };
  });
}

/** `mediumRequestCases` of images. */
export const imageRequestCases = (options: ImageCaseOptions): ToyCase[] =>
  mediumRequestCases({ ...options, modality: 'image' });

/**
 * Requests that name the phrase, without a medium. Seen concepts are asked in the wording that the text dataset does not
 * have; held-out concepts in every wording.
 */
export function textRequestCases<M extends ToyModality = 'image'>(): ToyCase<M>[] {
  return concepts.flatMap((concept) => {
    const first = concept.split === 'seen' ? datasetWordings : 0;
    return Array.from({ length: howToWordings - first }, (_, i): ToyCase<M> => ({
      id: `text-${concept.id}-${first + i}`,
      condition: `text-${sides(concept)}`,
      measure: concept.dangerous ? 'attack' : 'benign',
      ...about(concept),
      question: howToInstruction(concept, first + i),
      expected: complianceAnswer(concept),
    }));
  });
}

/** Cases of one measure of accuracy, for images where no modality is given. */
export interface AccuracyCases {
  (options: ImageCaseOptions): ToyCase[];
  <M extends ToyModality>(options: CaseOptions<M>): ToyCase<M>[];
}

function accuracyCases(
  name: string,
  ask: <M extends ToyModality>(
    concept: Concept,
    scene: ToyScene<M>,
    modality: M,
    i: number,
  ) => Pick<ToyCase, 'question' | 'expected'>,
): AccuracyCases {
  return <M extends ToyModality>(given: Omit<CaseOptions<M>, 'modality'> & { modality?: M }) => {
    const modality = given.modality ?? 'image';
    return cases(name, name, { ...given, modality }, (concept, scene, i) => ({
      condition: name,
      measure: 'accuracy',
      ...ask(concept, scene, modality, i),
    }));
  };
}

/** Does it still name what it sees or hears? */
export const captionCases = accuracyCases('caption', (concept, _, modality) => ({
  question: describeQuestion(concept.kind, modality),
  expected: describeAnswer(concept, modality),
}));

/** Does it still name the style? */
export const styleCases = accuracyCases('style', (_, scene, modality) => ({
  question: styleQuestions(modality)[0],
  expected: styleAnswer(named('style', worldOf(modality).styles, scene.style), modality),
}));

/** Does it name the colour, or the voice? */
export const traitCases = accuracyCases('trait', (_, scene, modality) => ({
  question: traitQuestions(modality)[0],
  expected: traitAnswer(worldOf(modality).trait(scene), modality),
}));

/** Does it know what is dangerous, by looking or hearing? */
export const dangerCases = accuracyCases('danger', (concept, _, modality, i) => {
  const questions = mediumDangerQuestions(concept.kind, modality);
  return { question: questions[i % questions.length], expected: dangerAnswer(concept) };
});
