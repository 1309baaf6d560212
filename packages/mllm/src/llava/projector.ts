import { reshape, type Tensor } from '@sea-align/compute';
import type { LlavaConfig } from './llava-config.js';
import { activate } from '../layers/activation.js';
import type { ParameterSource } from '../layers/parameter-source.js';

/**
 * P: linear, activation, linear (HF `LlavaMultiModalProjector`).
 * @param embeddings [..., embedding width]
 * @returns [rows, text width], rows being all leading axes of `embeddings` together
 */
export function buildLlavaProjector(
  config: LlavaConfig,
  source: ParameterSource,
  embeddings: Tensor,
): Tensor {
  const { hiddenSize } = config.text;
  const rows = reshape(embeddings, [-1, embeddings.shape[embeddings.shape.length - 1]]);
  const inner = source.linear(rows, 'multi_modal_projector.linear_1', hiddenSize, config.projectorBias);
  const active = activate(config.projectorHiddenAct, inner);
  return source.linear(active, 'multi_modal_projector.linear_2', hiddenSize, config.projectorBias);
}
