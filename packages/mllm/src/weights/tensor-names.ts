/**
 * Checkpoints come in two layouts: `language_model.model.…` with `language_model.lm_head.weight` (as published, and as
 * transformers saves), and `model.language_model.…` with `lm_head.weight` (names of the modules since transformers 4.52).
 * Here a weight has the first one's name everywhere.
 */
const prefixes: readonly (readonly [stored: string, name: string])[] = [
  ['model.language_model.lm_head.', 'language_model.lm_head.'],
  ['model.language_model.model.', 'language_model.model.'],
  ['model.language_model.', 'language_model.model.'],
  ['lm_head.', 'language_model.lm_head.'],
  ['model.vision_tower.vision_model.', 'vision_tower.vision_model.'],
  ['model.vision_tower.', 'vision_tower.vision_model.'],
  ['model.multi_modal_projector.', 'multi_modal_projector.'],
];

/** The name used here for a tensor as the file names it. */
export function weightName(storedName: string): string {
  for (const [stored, name] of prefixes) {
    if (storedName.startsWith(stored)) return name + storedName.slice(stored.length);
  }
  return storedName;
}

/** Buffers that older checkpoints store although they follow from the config. */
export function isDerivedBuffer(name: string): boolean {
  return name.endsWith('.embeddings.position_ids') || name.endsWith('.rotary_emb.inv_freq');
}

export const embedTokensName = 'language_model.model.embed_tokens.weight';
export const lmHeadName = 'language_model.lm_head.weight';
