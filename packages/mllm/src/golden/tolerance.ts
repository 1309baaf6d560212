/** |ours - reference| <= absolute + relative * |reference|. */
export interface Tolerance {
  absolute: number;
  relative: number;
}

const exact: Tolerance = { absolute: 0, relative: 0 };
const logits: Tolerance = { absolute: 2e-4, relative: 0 };
const loss: Tolerance = { absolute: 2e-5, relative: 0 };
const gradient: Tolerance = { absolute: 1e-5, relative: 1e-3 };
/** Activations have no fixed scale, so theirs is relative too. */
const activation: Tolerance = { absolute: 2e-4, relative: 1e-4 };

/** How far a result may be off, by its name in outputs.safetensors. */
export function toleranceOf(name: string): Tolerance {
  if (name.startsWith('grad_')) return gradient;
  if (name === 'logits' || name === 'target_nll') return logits;
  if (name === 'loss' || name === 'loss_per_sample') return loss;
  if (integerOutputs.has(name)) return exact;
  return activation;
}

const integerOutputs = new Set([
  'merged_labels',
  'target_index',
  'llm_attention_mask',
  'llm_position_ids',
  'rope_deltas',
]);

/** Results at places that are not attended mean nothing, and differ between implementations. */
export function onlyWhereAttended(name: string): boolean {
  return name === 'logits' || name === 'llm_final_norm' || name.startsWith('llm_hidden.');
}
