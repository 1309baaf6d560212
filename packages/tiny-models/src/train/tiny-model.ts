import type { Family, PreparedMedium } from '@sea-align/mllm';

import type { Named, World } from '../world/world.js';
import type { ToyModality, ToyScene } from '../world/modality.js';

/** What decides how long a model is trained and on what. */
export interface RecipeDefaults {
  readonly renderingsPerConcept: number;
  readonly encoderSteps: number;
  readonly encoderBatch: number;
  readonly languageSteps: number;
}

/**
 * One of the shipped models: everything that training, measuring and the model card need to know about it. What is common to all
 * of them lives in the stages.
 */
export interface TinyModel<M extends ToyModality = ToyModality> {
  /** Name of checkpoint and run folder. */
  readonly name: string;
  readonly world: World<M>;
  readonly family: Family;
  /** Every file of the Hugging Face folder but weights and chat template, by name, ready for `JSON.stringify`. */
  files(): Record<string, unknown>;
  readonly defaults: RecipeDefaults;
  /** Runs of rows of E that the encoder's heads see averaged, see `buildEncoderProgram`. */
  readonly spans: number;
  /** @param folder holds `files()` */
  packing(folder: string): Promise<Packing<M>>;
  readonly card: CardWording;
}

/** A rendered medium in few bytes, so that all training media fit in memory. */
export interface Packing<M extends ToyModality> {
  /** Bytes of one medium. */
  readonly bytes: number;
  pack(scene: ToyScene<M>): Promise<Uint8Array>;
  /** The encoder's inputs: the very values of `preprocess(world.render(scene))`. */
  unpack(packed: Uint8Array): PreparedMedium['features'];
}

/** What a model card says in words of its own. */
export interface CardWording {
  readonly title: string;
  /** Hugging Face's pipeline_tag. */
  readonly pipeline: string;
  readonly tags: readonly string[];
  /** "A LLaVA-1.5 model (CLIP ViT, …)". */
  readonly architecture: string;
  /** "drawn pictures". */
  readonly media: string;
  /** "sees". */
  readonly verb: string;
  /** Bullet points: sizes, prompts, what is special. */
  readonly facts: readonly string[];
  /** "renderings of a test seed that …". */
  readonly tested: string;
  readonly questions: { readonly caption: string; readonly style: string; readonly trait: string };
}

/** One thing that the encoder is trained to tell apart. */
export interface Head<S> {
  readonly name: string;
  readonly classes: readonly string[];
  /** Share of its loss in the whole. */
  readonly weight: number;
  of(scene: S): string;
}

const ids = (list: readonly Named[]): string[] => list.map(({ id }) => id);

/** Heads for concept, style and trait. */
export function headsOf<M extends ToyModality>(
  { styles, traits, trait }: Pick<World<M>, 'styles' | 'traits' | 'trait'>,
  concepts: readonly Named[],
): Head<ToyScene<M>>[] {
  return [
    { name: 'concept', classes: ids(concepts), weight: 1, of: ({ concept }) => concept },
    { name: 'style', classes: ids(styles), weight: 0.5, of: ({ style }) => style },
    { name: 'trait', classes: ids(traits), weight: 0.5, of: (scene) => trait(scene).id },
  ];
}
