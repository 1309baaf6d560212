import { ConfigError } from '@sea-align/core';

/**
 * The embedded models by modality. Named here because help and wrong options must not wait for the libraries to load; the
 * names are those of `@sea-align/tiny-models`, which a test checks.
 */
export const embeddedModels = {
  image: 'tiny-llava',
  video: 'tiny-qwen2-vl',
  audio: 'tiny-qwen2-audio',
} as const;

/** A modality that an embedded model and the toy world have. */
export type EmbeddedModality = keyof typeof embeddedModels;
export const embeddedModalities = ['image', 'video', 'audio'] as const satisfies readonly EmbeddedModality[];

/** Name by which the embedded image model is asked for. */
export const embeddedImageModel = embeddedModels.image;

/** What an embedded model is for; undefined for any other name. */
export function embeddedModality(name: string): EmbeddedModality | undefined {
  return embeddedModalities.find((modality) => embeddedModels[modality] === name);
}

/** @throws ConfigError for a modality that the toy world does not have */
export function toyModality(modality: string): EmbeddedModality {
  const known = embeddedModalities.find((name) => name === modality);
  if (known !== undefined) return known;
  throw new ConfigError(`The toy world has no modality "${modality}".`, {
    hint: `It has ${embeddedModalities.join(', ')}; give files of your own for others.`,
  });
}
