import { CheckpointError } from '@sea-align/core';

/** A batch as Hugging Face's LlavaForConditionalGeneration takes it. Rows of equal length, flat. */
export interface TokenBatch {
  batch: number;
  length: number;
  /** [batch * length]. */
  inputIds: Int32Array;
  attentionMask: Int32Array;
  labels?: Int32Array;
}

/** Where each place of the merged sequence comes from, and the merged masks. */
export interface MergePlan {
  batch: number;
  length: number;
  /**
   * [batch * length] rows of: the batch * inputLength word embeddings, then media * tokensPerMedium projector outputs, then
   * one row of zeros.
   */
  mergeIndex: Int32Array;
  attentionMask: Int32Array;
  labels: Int32Array | undefined;
  positionIds: Int32Array;
  /** The prompt had one token per image, which was expanded here. */
  legacy: boolean;
}

export interface MergeOptions {
  imageTokenId: number;
  padTokenId: number | undefined;
  media: number;
  tokensPerMedium: number;
  ignoreIndex?: number;
}

/**
 * Lays projector outputs into the places of modality tokens.
 *
 * Expanded form: as many modality tokens as projector outputs, taken in order. Legacy form (HF
 * `_merge_input_ids_with_image_features`): each modality token becomes all tokens of one image; rows grow and are
 * padded to the longest one, on the side where the batch is padded.
 * @throws CheckpointError where modality tokens and media do not fit
 */
export function planMerge(tokens: TokenBatch, options: MergeOptions): MergePlan {
  const { batch, length, inputIds } = tokens;
  const counts = Array.from({ length: batch }, (_, row) => {
    let count = 0;
    for (let at = row * length; at < (row + 1) * length; at++)
      if (inputIds[at] === options.imageTokenId) count++;
    return count;
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  const expanded = total === options.media * options.tokensPerMedium;
  if (!expanded && total !== options.media) {
    throw new CheckpointError(
      `The prompt has ${total} modality tokens (id ${options.imageTokenId}), but ${options.media} media of ` +
        `${options.tokensPerMedium} tokens were given.`,
      { code: 'SEA_MODALITY_TOKENS', hint: 'Give one medium per placeholder of the prompt.' },
    );
  }
  return expanded ? mergeExpanded(tokens, options) : expandLegacy(tokens, counts, options);
}

function mergeExpanded(tokens: TokenBatch, { imageTokenId, media }: MergeOptions): MergePlan {
  const { batch, length, inputIds } = tokens;
  const places = batch * length;
  let medium = places;
  const mergeIndex = Int32Array.from(inputIds, (id, at) =>
    id === imageTokenId && media > 0 ? medium++ : at,
  );
  return {
    batch,
    length,
    mergeIndex,
    attentionMask: tokens.attentionMask,
    labels: tokens.labels,
    positionIds: Int32Array.from({ length: places }, (_, at) => at % length),
    legacy: false,
  };
}

function expandLegacy(tokens: TokenBatch, counts: readonly number[], options: MergeOptions): MergePlan {
  const { imageTokenId, padTokenId, media, tokensPerMedium, ignoreIndex = -100 } = options;
  const { batch, length, inputIds } = tokens;
  const merged = length + Math.max(...counts) * (tokensPerMedium - 1);
  const places = batch * merged;
  const zeroRow = batch * length + media * tokensPerMedium;
  const mergeIndex = new Int32Array(places).fill(zeroRow);
  const attentionMask = new Int32Array(places);
  const labels = tokens.labels && new Int32Array(places).fill(ignoreIndex);
  const leftPadded = !counts.some((_, row) => inputIds[(row + 1) * length - 1] === padTokenId);
  let medium = batch * length;
  for (let row = 0; row < batch; row++) {
    const rowLength = length + counts[row] * (tokensPerMedium - 1);
    let place = row * merged + (leftPadded ? merged - rowLength : 0);
    for (let at = row * length; at < (row + 1) * length; at++) {
      if (inputIds[at] === imageTokenId) {
        for (let token = 0; token < tokensPerMedium; token++, place++) {
          mergeIndex[place] = medium++;
          attentionMask[place] = 1;
        }
        continue;
      }
      mergeIndex[place] = inputIds[at] === padTokenId ? zeroRow : at;
      attentionMask[place] = tokens.attentionMask[at];
      if (labels && tokens.labels) labels[place] = tokens.labels[at];
      place++;
    }
  }
  return {
    batch,
    length: merged,
    mergeIndex,
    attentionMask,
    labels,
    positionIds: positionsOf(attentionMask, batch),
    legacy: true,
  };
}

/** Attended places are counted from 0; the others get 1, as in HF. */
function positionsOf(attentionMask: Int32Array, batch: number): Int32Array {
  const length = attentionMask.length / batch;
  const positions = new Int32Array(attentionMask.length);
  for (let row = 0; row < batch; row++) {
    let seen = 0;
    for (let at = row * length; at < (row + 1) * length; at++) {
      seen += attentionMask[at];
      positions[at] = attentionMask[at] === 0 ? 1 : seen - 1;
    }
  }
  return positions;
}
