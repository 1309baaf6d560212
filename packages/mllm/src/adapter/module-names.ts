/**
 * Names of modules differ between a checkpoint's file and the model that Hugging Face transformers (4.52 and later)
 * builds from it:
 *
 *     file                                                transformers
 *     language_model.model.layers.0.self_attn.q_proj      model.language_model.layers.0.self_attn.q_proj
 *     language_model.lm_head                              lm_head
 *     multi_modal_projector.linear_1                      model.multi_modal_projector.linear_1
 *
 * PEFT adapters use the names of the model; this translates.
 */
export function transformersModuleName(fileModule: string): string {
  const core = canonicalModuleName(fileModule);
  return core === 'lm_head' ? core : `model.${core}`;
}

/** One name for a module, whichever of the two conventions (or an older mixture) it comes in. */
export function canonicalModuleName(module: string): string {
  const core = module
    .split('.')
    .filter((part) => part !== 'model')
    .join('.');
  return core === 'language_model.lm_head' ? 'lm_head' : core;
}
