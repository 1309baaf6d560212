import { CheckpointError } from '@sea-align/core';
import type { TextConfig } from '../config/text-config.js';
import type { MediumGeometry } from '../family/medium-geometry.js';
import { positionsOf } from './row-positions.js';

/** A batch as Hugging Face's models take it. Rows of equal length, flat. */
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
   * [batch * length] rows of: the batch * inputLength word embeddings, then the projector outputs of all groups in turn, then
   * one row of zeros.
   */
  mergeIndex: Int32Array;
  attentionMask: Int32Array;
  labels: Int32Array | undefined;
  /** One list of batch * length per rotary axis. */
  positionIds: Int32Array[];
  /** With several rotary axes, [batch]: the position behind a row, less the row's length (HF). */
  ropeDeltas: Int32Array | undefined;
  /** The prompt had one token per medium, which was expanded here. */
  legacy: boolean;
}

export interface MergeOptions {
  text: Pick<TextConfig, 'mropeSection'>;
  padTokenId: number | undefined;
  /** Media by placeholder, each group in the order in which its placeholders take them. */
  groups: readonly (readonly MediumGeometry[])[];
}

const IGNORE_INDEX = -100;

/** The media of one placeholder id, taken one after the other. */
interface Stream {
  geometries: readonly MediumGeometry[];
  /** Row of the first projector output in what `mergeIndex` points into. */
  firstRow: number;
  /** Projector outputs of all of them. */
  tokens: number;
  /** Placeholder tokens in the batch. */
  placeholders: number;
}

/**
 * Lays projector outputs into the places of modality tokens.
 *
 * Expanded form: as many modality tokens as projector outputs, taken in order. Legacy form (HF
 * `_merge_input_ids_with_image_features`, `_merge_input_ids_with_audio_features`): each modality token becomes all tokens of
 * one medium; rows grow and are padded to the longest one, on the side where the batch is padded.
 * @throws CheckpointError where modality tokens and media do not fit
 */
export function planMerge(tokens: TokenBatch, options: MergeOptions): MergePlan {
  const streams = new Map<number, Stream>();
  let firstRow = tokens.batch * tokens.length;
  for (const geometries of options.groups.filter((group) => group.length > 0)) {
    const { placeholderId } = geometries[0];
    const total = geometries.reduce((sum, geometry) => sum + geometry.tokens, 0);
    const placeholders = tokens.inputIds.filter((id) => id === placeholderId).length;
    streams.set(placeholderId, { geometries, firstRow, tokens: total, placeholders });
    firstRow += total;
  }
  const all = [...streams];
  if (all.every(([, stream]) => stream.placeholders === stream.tokens)) {
    return mergeExpanded(tokens, streams, options);
  }
  const misfit = all.find(([, stream]) => stream.placeholders !== stream.geometries.length);
  if (misfit === undefined) return expandLegacy(tokens, streams, firstRow, options);
  const [id, { placeholders, geometries, tokens: total }] = misfit;
  throw new CheckpointError(
    `The prompt has ${placeholders} modality tokens (id ${id}), but ${geometries.length} media of ${total} tokens ` +
      'together were given.',
    { code: 'SEA_MODALITY_TOKENS', hint: 'Give one medium per placeholder of the prompt.' },
  );
}

function mergeExpanded(
  tokens: TokenBatch,
  streams: ReadonlyMap<number, Stream>,
  { text }: MergeOptions,
): MergePlan {
  const { batch, length, inputIds } = tokens;
  const next = new Map([...streams].map(([id, { firstRow }]) => [id, firstRow]));
  const mergeIndex = Int32Array.from(inputIds, (id, at) => {
    const row = next.get(id);
    if (row === undefined) return at;
    next.set(id, row + 1);
    return row;
  });
  return {
    batch,
    length,
    mergeIndex,
    attentionMask: tokens.attentionMask,
    labels: tokens.labels,
    ...(text.mropeSection === undefined
      ? { positionIds: [Int32Array.from(inputIds, (_, at) => at % length)], ropeDeltas: undefined }
      : mropePositions(tokens, streams, text)),
    legacy: false,
  };
}

/** HF `get_rope_index`: attended tokens only; the others have position 1. */
function mropePositions(
  { batch, length, inputIds, attentionMask }: TokenBatch,
  streams: ReadonlyMap<number, Stream>,
  text: MergeOptions['text'],
): Pick<MergePlan, 'positionIds' | 'ropeDeltas'> {
  const positionIds = (text.mropeSection ?? []).map(() => new Int32Array(batch * length).fill(1));
  const waiting = new Map([...streams].map(([id, { geometries }]) => [id, [...geometries]]));
  const ropeDeltas = new Int32Array(batch);
  for (let row = 0; row < batch; row++) {
    const places = Array.from({ length }, (_, at) => row * length + at).filter(
      (at) => attentionMask[at] !== 0,
    );
    const ids = places.map((at) => inputIds[at]);
    const { axes, next } = positionsOf(text, ids, (id) => waiting.get(id)?.shift());
    axes.forEach((axis, index) => {
      axis.forEach((position, at) => {
        positionIds[index][places[at]] = position;
      });
    });
    ropeDeltas[row] = next - length;
  }
  return { positionIds, ropeDeltas };
}

function expandLegacy(
  tokens: TokenBatch,
  streams: ReadonlyMap<number, Stream>,
  zeroRow: number,
  { padTokenId }: MergeOptions,
): MergePlan {
  const { batch, length, inputIds } = tokens;
  const media = mediaOfPlaces(inputIds, streams);
  const grown = Array.from({ length: batch }, (_, row) => {
    let total = 0;
    for (let at = row * length; at < (row + 1) * length; at++) total += media.get(at)?.tokens ?? 1;
    return total;
  });
  const merged = Math.max(...grown);
  const places = batch * merged;
  const mergeIndex = new Int32Array(places).fill(zeroRow);
  const attentionMask = new Int32Array(places);
  const labels = tokens.labels && new Int32Array(places).fill(IGNORE_INDEX);
  const leftPadded = !grown.some((_, row) => inputIds[(row + 1) * length - 1] === padTokenId);
  for (let row = 0; row < batch; row++) {
    let place = row * merged + (leftPadded ? merged - grown[row] : 0);
    for (let at = row * length; at < (row + 1) * length; at++) {
      const medium = media.get(at);
      if (medium !== undefined) {
        for (let token = 0; token < medium.tokens; token++, place++) {
          mergeIndex[place] = medium.firstRow + token;
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
    positionIds: [attendedPositions(attentionMask, batch)],
    ropeDeltas: undefined,
    legacy: true,
  };
}

/** Each placeholder's medium: tokens, and the row of its first projector output. */
function mediaOfPlaces(
  inputIds: Int32Array,
  streams: ReadonlyMap<number, Stream>,
): Map<number, { tokens: number; firstRow: number }> {
  const media = new Map<number, { tokens: number; firstRow: number }>();
  for (const [id, { geometries, firstRow }] of streams) {
    let row = firstRow;
    let medium = 0;
    inputIds.forEach((token, at) => {
      if (token !== id) return;
      const { tokens } = geometries[medium++];
      media.set(at, { tokens, firstRow: row });
      row += tokens;
    });
  }
  return media;
}

/** Attended places are counted from 0; the others get 1, as in HF. */
function attendedPositions(attentionMask: Int32Array, batch: number): Int32Array {
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
