import { concepts, type Concept } from '../world/concepts.js';
import { sampleScene, type SceneSpec } from '../world/scene.js';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/**
 * `perConcept` renderings of each concept, concept by concept. The split's name is part of every scene's seed, so no
 * two splits share a rendering, whatever `seed` is.
 */
export function renderings(
  split: SplitName,
  options: { readonly perConcept: number; readonly seed: number | string; readonly of?: readonly Concept[] },
): SceneSpec[] {
  const { perConcept, seed, of = concepts } = options;
  return of.flatMap((concept) =>
    Array.from({ length: perConcept }, (_, i) => sampleScene(concept, `${split}/${seed}/${i}`)),
  );
}

/** The concepts that alignment data may hold, and those it must not. */
export const seenConcepts: readonly Concept[] = concepts.filter((concept) => concept.split === 'seen');
export const heldoutConcepts: readonly Concept[] = concepts.filter((concept) => concept.split === 'heldout');
