import {
  buildAlignmentRows,
  mediumWording,
  multimodalInstruction,
  type AlignmentRow,
  type ExtraRow,
} from '@sea-align/alignment';
import type { InstructionRecord, PreparedSample } from '@sea-align/core';
import { readEmbeddingRecords } from '@sea-align/optimizer';
import type { ArmData } from './arms.js';

/** What the arms of one experiment draw their rows from. */
export interface ArmSources {
  readonly textRows: readonly InstructionRecord[];
  readonly prepared: readonly PreparedSample[];
  /** Folders of optimised embeddings; the last two only where an arm needs them. */
  readonly embeddings: { readonly sea: string; readonly noStyle?: string; readonly blank?: string };
  /** Encoder outputs of real renderings, one row per prepared sample. */
  readonly realInputs?: readonly ExtraRow[];
}

async function syntheticRows(
  sources: ArmSources,
  folder: string,
  { include, of }: { include: 'verified' | 'all'; of: (sample: PreparedSample) => boolean },
): Promise<AlignmentRow[]> {
  const prepared = sources.prepared.filter(of);
  const ids = new Set(prepared.map(({ id }) => id));
  const records = await readEmbeddingRecords(folder, { include });
  const embeddings = records.filter(({ sampleId }) => ids.has(sampleId));
  const includeUnverified = include === 'all';
  return buildAlignmentRows({
    prepared,
    embeddings,
    embeddingFolder: folder,
    includeUnverified,
    modality: 'image',
  }).rows;
}

/** A real medium's row: the same x_M and answers as the sample's synthetic rows have. */
export function realInput(sample: PreparedSample, embedding: Float32Array): ExtraRow {
  const { id, kind, detoxified, harmful, response, chosen, rejected } = sample;
  const question = multimodalInstruction(mediumWording('image'), kind, detoxified);
  return { id, sampleId: id, question, embedding, response, chosen, rejected, harmful };
}

function needed<T>(value: T | undefined, data: ArmData, what: string): T {
  if (value === undefined) throw new RangeError(`the arm ${data} needs ${what}`);
  return value;
}

const everySample = () => true;
const harmful = (sample: PreparedSample) => sample.harmful;
const harmless = (sample: PreparedSample) => !sample.harmful;

/** D_M of an arm. */
export async function armRows(data: ArmData, sources: ArmSources): Promise<AlignmentRow[]> {
  const { textRows, embeddings } = sources;
  const text = buildAlignmentRows({ textRows }).rows;
  switch (data) {
    case 'textual':
      return text;
    case 'matched':
      return [
        ...text,
        ...(await syntheticRows(sources, embeddings.sea, { include: 'verified', of: harmless })),
      ];
    case 'blank': {
      const blank = needed(embeddings.blank, data, 'blank embeddings');
      return [
        ...text,
        ...(await syntheticRows(sources, embeddings.sea, { include: 'verified', of: harmless })),
        ...(await syntheticRows(sources, blank, { include: 'all', of: harmful })),
      ];
    }
    case 'sea':
      return [
        ...text,
        ...(await syntheticRows(sources, embeddings.sea, { include: 'verified', of: everySample })),
      ];
    case 'sea-unverified':
      return [
        ...text,
        ...(await syntheticRows(sources, embeddings.sea, { include: 'all', of: everySample })),
      ];
    case 'sea-no-style': {
      const noStyle = needed(embeddings.noStyle, data, 'embeddings optimised without style samples');
      return [...text, ...(await syntheticRows(sources, noStyle, { include: 'verified', of: everySample }))];
    }
    case 'real': {
      const realInputs = needed(sources.realInputs, data, 'real inputs');
      return [...text, ...buildAlignmentRows({ realInputs }).rows];
    }
  }
}
