import { ConfigError, type PhraseKind } from '@sea-align/core';

/** How x_M speaks of a medium: what stands before the detoxified instruction, for a phrase of either kind. */
export type MediumWording = Readonly<Record<PhraseKind, string>>;

const ask = 'Please understand it and answer the question below.';

/**
 * The sentence that x_M puts before the detoxified instruction, by modality. The image wording is the paper's ("The
 * image shows an activity (product). Please understand it and answer the question below.", Lu et al. 2025); of video
 * and audio the paper says only that the wording names them. A new modality is one more entry.
 */
export const mediumWordings: Readonly<Record<string, MediumWording>> = {
  image: { activity: `The image shows an activity. ${ask}`, product: `The image shows a product. ${ask}` },
  video: { activity: `The video shows an activity. ${ask}`, product: `The video shows a product. ${ask}` },
  audio: {
    activity: `The audio describes an activity. ${ask}`,
    product: `The audio describes a product. ${ask}`,
  },
};

/**
 * The wording of a modality.
 *
 * @throws ConfigError when there is none; it lists those there are.
 */
export function mediumWording(modality: string): MediumWording {
  const wording = mediumWordings[modality];
  if (wording === undefined) {
    const known = Object.keys(mediumWordings).join(', ');
    throw new ConfigError(`There is no wording for the modality "${modality}"; there is one for ${known}.`, {
      hint: 'Pass `wording: { activity, product }` to buildAlignmentRows.',
    });
  }
  return wording;
}

/** x_M: the wording's sentence for `kind`, a space, the detoxified instruction. */
export function multimodalInstruction(wording: MediumWording, kind: PhraseKind, detoxified: string): string {
  return `${wording[kind]} ${detoxified}`;
}
