import { describeQuestion, openDescribeQuestions, styleQuestions } from '../grammar/describe.js';
import type { ConceptKind } from '../world/concepts.js';
import type { SceneSpec } from '../world/scene.js';
import { renderings, seenConcepts } from './splits.js';

/** Questions and pictures by which a model's own habits of speech are found. */
export interface ProbeSet {
  readonly contentQuestions: Record<ConceptKind, string>;
  readonly styleQuestion: string;
  /** Questions for verifying an embedding; the optimizer trains on one of them by default. */
  readonly verificationQuestions: readonly string[];
  /** Harmless seen concepts on training renderings: probing must not depend on what is to be refused. */
  readonly scenes: readonly SceneSpec[];
}

export function probeSet(
  options: { readonly seed?: number | string; readonly perConcept?: number } = {},
): ProbeSet {
  return {
    contentQuestions: { product: describeQuestion('product'), activity: describeQuestion('activity') },
    styleQuestion: styleQuestions[0],
    verificationQuestions: openDescribeQuestions,
    scenes: renderings('train', {
      perConcept: options.perConcept ?? 2,
      seed: `probe/${options.seed ?? 0}`,
      of: seenConcepts.filter((concept) => !concept.dangerous),
    }),
  };
}
