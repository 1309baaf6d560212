import { gelu, layerNorm, reshape, type Tensor } from '@sea-align/compute';
import type { ParameterSource } from '../layers/parameter-source.js';
import type { Qwen2VLVisionConfig } from './vision-config.js';
import { LAYER_NORM_EPS } from './vision-tower.js';

/**
 * P: norm, the patches of one token side by side, linear, GELU, linear (HF `PatchMerger`).
 * @param embeddings [..., embedDim], patches in merge order
 * @returns [tokens of all media, text width]
 */
export function buildPatchMerger(
  config: Qwen2VLVisionConfig,
  source: ParameterSource,
  embeddings: Tensor,
): Tensor {
  const { embedDim, hiddenSize, spatialMergeSize } = config;
  const merged = embedDim * spatialMergeSize ** 2;
  const normed = layerNorm(
    reshape(embeddings, [-1, embedDim]),
    source.weight('visual.merger.ln_q.weight', [embedDim]),
    source.weight('visual.merger.ln_q.bias', [embedDim]),
    LAYER_NORM_EPS,
  );
  const inner = source.linear(reshape(normed, [-1, merged]), 'visual.merger.mlp.0', merged, true);
  return source.linear(gelu(inner), 'visual.merger.mlp.2', hiddenSize, true);
}
