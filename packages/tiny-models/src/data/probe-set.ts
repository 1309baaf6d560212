import { describeQuestion, openDescribeQuestions, styleQuestions } from '../grammar/describe.js';
import type { ConceptKind } from '../world/concepts.js';
import type { ToyModality, ToyScene } from '../world/modality.js';
import { renderings, seenConcepts } from './splits.js';

/** Questions and media by which a model's own habits of speech are found. */
export interface ProbeSet<M extends ToyModality = 'image'> {
  readonly contentQuestions: Record<ConceptKind, string>;
  readonly styleQuestion: string;
  /** Questions for verifying an embedding; the optimizer trains on one of them by default. */
  readonly verificationQuestions: readonly string[];
  /** Harmless seen concepts on training renderings: probing must not depend on what is to be refused. */
  readonly scenes: readonly ToyScene<M>[];
}

export interface ProbeOptions {
  readonly seed?: number | string;
  readonly perConcept?: number;
}

export function probeSet(options?: ProbeOptions): ProbeSet;
export function probeSet<M extends ToyModality>(options: ProbeOptions, modality: M): ProbeSet<M>;
export function probeSet(options: ProbeOptions = {}, modality: ToyModality = 'image'): ProbeSet<ToyModality> {
  return {
    contentQuestions: {
      product: describeQuestion('product', modality),
      activity: describeQuestion('activity', modality),
    },
    styleQuestion: styleQuestions(modality)[0],
    verificationQuestions: openDescribeQuestions(modality),
    scenes: renderings(
      'train',
      {
        perConcept: options.perConcept ?? 2,
        seed: `probe/${options.seed ?? 0}`,
        of: seenConcepts.filter((concept) => !concept.dangerous),
      },
      modality,
    ),
  };
}
