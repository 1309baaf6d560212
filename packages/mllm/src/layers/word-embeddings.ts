import { concat, gather, matmul, type Tensor } from '@sea-align/compute';
import type { LanguageModelConfig } from '../family/family-config.js';
import { embedTokensName, lmHeadName } from '../weights/expected-tensors.js';
import type { ParameterSource } from './parameter-source.js';

/** Rows of embed_tokens: ids int32 [n] to [n, width]. */
export function embedTokens(config: LanguageModelConfig, source: ParameterSource, ids: Tensor): Tensor {
  const { vocabSize, hiddenSize } = config.text;
  const shape = [vocabSize, hiddenSize];
  const name = embedTokensName(config);
  return source.rows?.(name, shape, ids) ?? gather(source.weight(name, shape), ids);
}

/**
 * Puts projector outputs in the places of modality tokens.
 * @param tokens [n, width] word embeddings
 * @param media [m, width] projector outputs, and whatever else may stand in a sequence
 * @param mergeIndex int32 [k]: each place's row in `tokens` followed by `media`
 * @returns [k, width]
 */
export function mergeEmbeddings(tokens: Tensor, media: readonly Tensor[], mergeIndex: Tensor): Tensor {
  return gather(concat([tokens, ...media], 0), mergeIndex);
}

/** Vocabulary projection of hidden states [n, width] to logits [n, vocabulary]. */
export function buildLmHead(config: LanguageModelConfig, source: ParameterSource, hidden: Tensor): Tensor {
  const { vocabSize, hiddenSize } = config.text;
  const name = config.tieWordEmbeddings ? embedTokensName(config) : lmHeadName(config);
  return matmul(hidden, source.weight(name, [vocabSize, hiddenSize]), { transposeB: true });
}
