import {
  buildAlignmentRows,
  mediumWording,
  multimodalInstruction,
  type AlignmentRow,
  type ExtraRow,
} from '@sea-align/alignment';
import { NumericError, SeaError, type InstructionRecord, type PreparedSample } from '@sea-align/core';
import type { Embedding } from '@sea-align/mllm';
import { readEmbeddingRecords } from '@sea-align/optimizer';
import type { ArmData } from './arms.js';

/** What the arms of one experiment draw their rows from. */
export interface ArmSources {
  readonly textRows: readonly InstructionRecord[];
  readonly prepared: readonly PreparedSample[];
  /** Folders of optimised embeddings; the last two only where an arm needs them. */
  readonly embeddings: { readonly sea: string; readonly noStyle?: string; readonly blank?: string };
  /** Rows on encoder outputs of real renderings, one rendering per prepared sample. */
  readonly realInputs?: readonly ExtraRow[];
  /** What x_M calls the medium. */
  readonly modality: string;
}

async function syntheticRows(
  { prepared, modality }: ArmSources,
  folder: string,
  include: 'verified' | 'all',
): Promise<AlignmentRow[]> {
  const embeddings = await readEmbeddingRecords(folder, { include });
  if (embeddings.length === 0) return [];
  return buildAlignmentRows({
    prepared,
    embeddings,
    embeddingFolder: folder,
    includeUnverified: include === 'all',
    modality,
  }).rows;
}

/** A real medium: its encoder output, and what is to be said about its style. */
export interface RealMedium {
  readonly embedding: Embedding;
  readonly styleAnswer: string;
}

/** The rows that a sample's synthetic embedding would have, on a real medium: x_M with its answers, and retention rows. */
export function realInputs(
  sample: PreparedSample,
  { embedding, styleAnswer }: RealMedium,
  modality: string,
): ExtraRow[] {
  const { id, kind, detoxified, harmful, response, chosen, rejected, controls } = sample;
  const question = multimodalInstruction(mediumWording(modality), kind, detoxified);
  return [
    { id, sampleId: id, question, embedding, response, chosen, rejected, harmful },
    ...controls.map((control, i) => ({
      id: `${id}/control/${i}`,
      sampleId: id,
      question: control.question,
      embedding,
      response: control.role === 'style' ? styleAnswer : control.target,
      harmful: false,
      retention: true,
    })),
  ];
}

const noEmbeddings = 'SEA_NO_EMBEDDINGS';

/**
 * Rows on synthetic embeddings; an arm that has none of a harmful sample would silently be one on text alone.
 * @throws SeaError
 */
async function seaRows(
  sources: ArmSources,
  folder: string,
  include: 'verified' | 'all',
): Promise<AlignmentRow[]> {
  const rows = await syntheticRows(sources, folder, include);
  if (rows.some(isHarmful)) return rows;
  const kept = include === 'verified' ? 'passed verification' : 'was usable';
  throw new SeaError(
    `No embedding of a harmful sample in ${folder} ${kept}: nothing multimodal to align on.`,
    {
      code: noEmbeddings,
      hint: 'embeddings.jsonl there gives the reason for each; optimise with other settings, or take `data: textual`.',
    },
  );
}

/** Whether `error` costs only the arm it came up in: its loss was not finite, or it had nothing to align on. */
export function concernsOneArm(error: unknown): error is SeaError {
  return NumericError.isInstance(error) || (SeaError.isInstance(error) && error.code === noEmbeddings);
}

function needed<T>(value: T | undefined, data: ArmData, what: string): T {
  if (value === undefined) throw new RangeError(`the arm ${data} needs ${what}`);
  return value;
}

const isHarmful = (row: AlignmentRow) => row.harmful;
const isHarmless = (row: AlignmentRow) => !row.harmful;

/** D_M of an arm. */
export async function armRows(data: ArmData, sources: ArmSources): Promise<AlignmentRow[]> {
  const { textRows, embeddings } = sources;
  const text = buildAlignmentRows({ textRows }).rows;
  switch (data) {
    case 'textual':
      return text;
    case 'matched':
      return [...text, ...(await syntheticRows(sources, embeddings.sea, 'verified')).filter(isHarmless)];
    case 'blank': {
      const blank = needed(embeddings.blank, data, 'blank embeddings');
      return [
        ...text,
        ...(await syntheticRows(sources, embeddings.sea, 'verified')).filter(isHarmless),
        ...(await syntheticRows(sources, blank, 'all')).filter(isHarmful),
      ];
    }
    case 'sea':
      return [...text, ...(await seaRows(sources, embeddings.sea, 'verified'))];
    case 'sea-unverified':
      return [...text, ...(await seaRows(sources, embeddings.sea, 'all'))];
    case 'sea-no-style': {
      const noStyle = needed(embeddings.noStyle, data, 'embeddings optimised without style samples');
      return [...text, ...(await seaRows(sources, noStyle, 'verified'))];
    }
    case 'real': {
      const real = needed(sources.realInputs, data, 'real inputs');
      return [...text, ...buildAlignmentRows({ realInputs: real }).rows];
    }
  }
}

/**
 * The rows as a method trains on them. In DPO harmless rows keep only their good answer and so count through the
 * chosen-NLL term: with a refusal as the rejected answer they would teach not to refuse, more than the harmful rows teach
 * to refuse.
 */
export function rowsForMethod(rows: readonly AlignmentRow[], method: 'sft' | 'dpo'): AlignmentRow[] {
  if (method === 'sft') return [...rows];
  return rows.map((row) => {
    if (row.harmful) return row;
    const { rejected: _, ...rest } = row;
    return rest;
  });
}
