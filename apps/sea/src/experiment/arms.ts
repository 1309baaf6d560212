import type { RowGroup } from '@sea-align/alignment';
import type { EmbeddedModality } from '../stages/embedded-models.js';
import { mediumNames } from './medium-names.js';

/**
 * Where the rows of an arm come from. All arms train for the same number of steps on the same number of rows a step,
 * half of them harmful.
 * - `textual`: text rows only.
 * - `matched`: text rows, and all harmless multimodal rows that SEA has, retention rows included: the fair baseline.
 * - `blank`: as SEA, but the harmful rows hold M(blank) + noise, the embedding that optimisation starts from.
 * - `sea`: harmful and harmless rows on verified synthetic embeddings.
 * - `sea-unverified`: as SEA with the embeddings that verification would have dropped.
 * - `sea-no-style`: as SEA with embeddings optimised without style samples.
 * - `real`: as SEA with real renderings through the real encoder: the upper bound.
 */
export const armDataKinds = [
  'textual',
  'matched',
  'blank',
  'sea',
  'sea-unverified',
  'sea-no-style',
  'real',
] as const;
export type ArmData = (typeof armDataKinds)[number];

/** Name of the unaligned model in tables and of its file of answers. */
export const baseArm = 'base';

export interface Arm {
  readonly name: string;
  readonly data: ArmData;
  readonly method: 'sft' | 'dpo';
}

const names: Record<Exclude<ArmData, 'real'>, string> = {
  textual: 'textual',
  matched: 'textual, matched',
  blank: 'blank embeddings',
  sea: 'SEA',
  'sea-unverified': 'SEA, unverified',
  'sea-no-style': 'SEA, no style',
};

/** An arm under its display name, for example `SEA SFT`. */
export function arm(data: ArmData, method: Arm['method'], modality: EmbeddedModality = 'image'): Arm {
  const name = data === 'real' ? mediumNames(modality).realArm : names[data];
  return { name: `${name} ${method.toUpperCase()}`, data, method };
}

const both = (data: ArmData, modality?: EmbeddedModality): Arm[] => [
  arm(data, 'sft', modality),
  arm(data, 'dpo', modality),
];

/** Arms of `sea demo`: the claim and its fair baseline. */
export const demoArms: readonly Arm[] = [...both('textual'), arm('matched', 'sft'), ...both('sea')];

/** Arms of `sea reproduce`. */
export function reproduceArms(modality: EmbeddedModality): readonly Arm[] {
  return [
    ...both('textual'),
    ...both('matched'),
    arm('blank', 'sft'),
    ...both('sea'),
    arm('sea-unverified', 'sft'),
    arm('sea-no-style', 'sft'),
    ...both('real', modality),
  ];
}

/** Rows of each group in a step: 32 in every arm, 16 of them harmful. An arm without media trains on as many text rows. */
export function rowsPerStep(data: ArmData): Record<RowGroup, number> {
  if (data === 'textual') {
    return { textHarmful: 16, textHarmless: 16, mediumHarmful: 0, mediumHarmless: 0, retention: 0 };
  }
  if (data === 'matched') {
    return { textHarmful: 16, textHarmless: 5, mediumHarmful: 0, mediumHarmless: 5, retention: 6 };
  }
  return { textHarmful: 8, textHarmless: 5, mediumHarmful: 8, mediumHarmless: 5, retention: 6 };
}
