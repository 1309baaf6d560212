import { concepts, type Concept } from '../world/concepts.js';
import type { ToyModality, ToyScene } from '../world/modality.js';
import { worldOf } from '../world/world.js';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface RenderingOptions {
  readonly perConcept: number;
  readonly seed: number | string;
  readonly of?: readonly Concept[];
}

/**
 * `perConcept` renderings of each concept, concept by concept. The split's name is part of every scene's seed, so no
 * two splits share a rendering, whatever `seed` is. Recordings outside `train` speak at speeds that training never hears.
 */
export function renderings(split: SplitName, options: RenderingOptions): ToyScene<'image'>[];
export function renderings<M extends ToyModality>(
  split: SplitName,
  options: RenderingOptions,
  modality: M,
): ToyScene<M>[];
export function renderings(
  split: SplitName,
  { perConcept, seed, of = concepts }: RenderingOptions,
  modality: ToyModality = 'image',
): ToyScene[] {
  const world = worldOf(modality);
  return of.flatMap((concept) =>
    Array.from({ length: perConcept }, (_, i) => world.sample(concept, `${split}/${seed}/${i}`)),
  );
}

/** The concepts that alignment data may hold, and those it must not. */
export const seenConcepts: readonly Concept[] = concepts.filter((concept) => concept.split === 'seen');
export const heldoutConcepts: readonly Concept[] = concepts.filter((concept) => concept.split === 'heldout');
