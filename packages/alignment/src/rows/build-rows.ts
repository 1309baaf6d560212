import {
  ConfigError,
  DatasetError,
  type EmbeddingRecord,
  ensureInside,
  type InstructionRecord,
  type PreparedSample,
} from '@sea-align/core';

import { type AlignmentRow, groupOf, type RowGroup } from './alignment-row.js';
import { mediumWording, type MediumWording, multimodalInstruction } from './wording.js';

/** A row that brings its own question: a retention row, or a real input (encoder output of a real medium). */
export interface ExtraRow {
  id: string;
  /** Default: the id. Give the sample's id where the row belongs to one. */
  sampleId?: string;
  question: string;
  embedding?: AlignmentRow['embedding'];
  response?: string;
  chosen?: string;
  rejected?: string;
  harmful: boolean;
  /** Put it into the retention group. */
  retention?: boolean;
  weight?: number;
}

/** What D_M is made of. */
export interface AlignmentRowSources {
  /** Stage 1: gives x_M, y and the harmless flag. */
  prepared?: readonly PreparedSample[];
  /** Stage 2: gives E*. Several embeddings of one sample give several rows. */
  embeddings?: readonly EmbeddingRecord[];
  /** Folder that the `file`s of `embeddings` are relative to. */
  embeddingFolder?: string;
  /** Take embeddings that failed verification too. Default false: they are skipped, with the reason. */
  includeUnverified?: boolean;
  /**
   * Also make retention rows of the control samples: (content question, E*) -> description, (style question, E*) -> style,
   * for harmful and harmless samples alike. They keep the model describing what it now refuses to help with. Default true.
   */
  controlRows?: boolean;
  /** Plain text rows (x, y) of D_T: harmful ones align the text side, harmless ones retain it. */
  textRows?: readonly InstructionRecord[];
  /** Harmless rows with any question (captions, plain help), with or without an embedding. */
  harmlessRows?: readonly Omit<ExtraRow, 'harmful'>[];
  /** Outputs of the real encoder on real media, harmful or not. */
  realInputs?: readonly ExtraRow[];
  /** Default: the wording of `modality`. */
  modality?: string;
  wording?: MediumWording;
}

/** D_M, with what was left out of it. */
export interface BuiltRows {
  rows: AlignmentRow[];
  skipped: { id: string; reason: string }[];
  /** Rows in each group. */
  counts: Record<RowGroup, number>;
}

type Answers = Pick<AlignmentRow, 'response' | 'chosen' | 'rejected'>;

/**
 * D_M = {(x_M, y, E*)} (Lu et al. 2025, safety alignment stage), with real inputs, text rows and retention rows mixed
 * in: the encoder is frozen, so to training they look alike.
 *
 * Pure: nothing is read; embeddings stay references until a step needs them.
 *
 * @throws ConfigError when nothing is given or the modality has no wording; DatasetError on a duplicate id or an
 * embedding whose sample is not among `prepared`.
 */
export function buildAlignmentRows(sources: AlignmentRowSources): BuiltRows {
  const rows: AlignmentRow[] = [];
  const skipped: BuiltRows['skipped'] = [];
  const add = (row: AlignmentRow): void => {
    if (isEmpty(row.response) && isEmpty(row.chosen)) {
      skipped.push({ id: row.id, reason: 'no answer: neither `response` nor `chosen`' });
    } else rows.push(row);
  };

  for (const row of syntheticRows(sources, skipped)) add(row);
  for (const record of sources.textRows ?? []) {
    add({
      id: `text/${record.id}`,
      sampleId: record.id,
      question: record.instruction,
      ...answersOf(record),
      harmful: record.harmful,
      origin: 'text',
    });
  }
  for (const row of sources.harmlessRows ?? []) add(extraRow('harmless', { ...row, harmful: false }));
  for (const row of sources.realInputs ?? []) {
    if (row.embedding === undefined) {
      throw new DatasetError(`the real input "${row.id}" has no embedding`, {
        field: 'realInputs',
        hint: 'Encode the medium first: `const [embedding] = await model.encode([await model.preprocess(file)])`.',
      });
    }
    add(extraRow('real', row));
  }

  if (rows.length === 0) {
    const reasons = [...new Set(skipped.map(({ reason }) => reason))].join('; ');
    throw new ConfigError(
      `There is nothing to align on${reasons === '' ? '' : `: every row was skipped (${reasons})`}.`,
      {
        hint: 'Give prepared samples with embeddings, text rows, harmless rows or real inputs.',
      },
    );
  }
  refuseDuplicates(rows);
  return { rows, skipped, counts: countGroups(rows) };
}

function syntheticRows(sources: AlignmentRowSources, skipped: BuiltRows['skipped']): AlignmentRow[] {
  const { prepared = [], embeddings = [] } = sources;
  if (embeddings.length === 0) return [];
  const wording = sources.wording ?? mediumWording(sources.modality ?? 'image');
  const samples = new Map(prepared.map((sample) => [sample.id, sample]));
  const rows: AlignmentRow[] = [];
  for (const record of embeddings) {
    const sample = samples.get(record.sampleId);
    if (sample === undefined) {
      throw new DatasetError(
        `the embedding "${record.id}" is of sample "${record.sampleId}", which is not prepared`,
        {
          hint: 'Give the prepared samples that the embeddings were optimised from.',
        },
      );
    }
    if (!record.verified && sources.includeUnverified !== true) {
      skipped.push({ id: record.id, reason: record.reason ?? 'not verified' });
      continue;
    }
    const file = ensureInside(sources.embeddingFolder ?? '.', record.file);
    const shared = {
      sampleId: sample.id,
      embedding: {
        file,
        tensor: record.tensor,
        ...(record.geometry === undefined ? {} : { geometry: record.geometry }),
      },
      origin: 'synthetic' as const,
    };
    rows.push({
      ...shared,
      id: `synthetic/${record.id}`,
      question: multimodalInstruction(wording, sample.kind, sample.detoxified),
      ...answersOf(sample),
      harmful: sample.harmful,
    });
    if (sources.controlRows === false) continue;
    sample.controls.forEach(({ question, target }, index) => {
      rows.push({
        ...shared,
        id: `control/${record.id}/${index}`,
        question,
        response: target,
        harmful: false,
        retention: true,
      });
    });
  }
  return rows;
}

function extraRow(prefix: string, row: ExtraRow): AlignmentRow {
  return {
    id: `${prefix}/${row.id}`,
    sampleId: row.sampleId ?? row.id,
    question: row.question,
    ...(row.embedding === undefined ? {} : { embedding: row.embedding }),
    ...answersOf(row),
    harmful: row.harmful,
    origin: row.embedding === undefined ? 'text' : prefix === 'real' ? 'real' : 'synthetic',
    ...(row.retention === true ? { retention: true } : {}),
    ...(row.weight === undefined ? {} : { weight: row.weight }),
  };
}

/** Only the answers that are there, so that stored rows hold no empty fields. */
function answersOf({ response, chosen, rejected }: Answers): Answers {
  return {
    ...(isEmpty(response) ? {} : { response }),
    ...(isEmpty(chosen) ? {} : { chosen }),
    ...(isEmpty(rejected) ? {} : { rejected }),
  };
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}

function refuseDuplicates(rows: readonly AlignmentRow[]): void {
  const seen = new Set<string>();
  for (const { id } of rows) {
    if (seen.has(id)) {
      throw new DatasetError(`two rows have the id "${id}"`, {
        field: 'id',
        hint: 'Give every row its own id.',
      });
    }
    seen.add(id);
  }
}

/** Rows in each group. */
export function countGroups(rows: readonly AlignmentRow[]): Record<RowGroup, number> {
  const counts = { textHarmful: 0, textHarmless: 0, mediumHarmful: 0, mediumHarmless: 0, retention: 0 };
  for (const row of rows) counts[groupOf(row)]++;
  return counts;
}
