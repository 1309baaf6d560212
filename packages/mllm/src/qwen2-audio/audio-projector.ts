import { reshape, type Tensor } from '@sea-align/compute';
import type { ParameterSource } from '../layers/parameter-source.js';
import type { Qwen2AudioConfig } from './qwen2-audio-config.js';

/**
 * P: one linear map (HF `Qwen2AudioMultiModalProjector`).
 * @param embeddings [..., width of the tower]
 * @returns [rows, text width], rows being all leading axes of `embeddings` together
 */
export function buildAudioProjector(
  config: Pick<Qwen2AudioConfig, 'audio' | 'text'>,
  source: ParameterSource,
  embeddings: Tensor,
): Tensor {
  const rows = reshape(embeddings, [-1, config.audio.hiddenSize]);
  return source.linear(rows, 'multi_modal_projector.linear', config.text.hiddenSize, true);
}
