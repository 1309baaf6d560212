/**
 * Published names are `audio_tower.…`, `multi_modal_projector.linear.…`, `language_model.model.…` and
 * `language_model.lm_head.weight`, and transformers to 4.57 saves these. Newer module trees put a `model.` in front and
 * take the head out of the language model, as with the other families.
 */
const prefixes: readonly (readonly [stored: string, name: string])[] = [
  ['model.language_model.lm_head.', 'language_model.lm_head.'],
  ['model.language_model.model.', 'language_model.model.'],
  ['model.language_model.', 'language_model.model.'],
  ['lm_head.', 'language_model.lm_head.'],
  ['model.audio_tower.', 'audio_tower.'],
  ['model.multi_modal_projector.', 'multi_modal_projector.'],
];

/** The published name of a tensor, whatever layout the file has. */
export function audioWeightName(storedName: string): string {
  for (const [stored, name] of prefixes) {
    if (storedName.startsWith(stored)) return name + storedName.slice(stored.length);
  }
  return storedName;
}
