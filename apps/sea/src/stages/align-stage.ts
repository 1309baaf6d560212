import { align, type AlignmentResult } from '@sea-align/alignment';
import { CheckpointError, Rng, type InstructionRecord, type PreparedSample } from '@sea-align/core';
import type { MultimodalModel } from '@sea-align/mllm';
import { readSummary } from '@sea-align/optimizer';
import { armRows, rowsForMethod } from '../experiment/arm-rows.js';
import { rowsPerStep } from '../experiment/arms.js';
import type { ArmSettings } from '../recipe/recipe-schema.js';
import type { StageContext } from './stage-context.js';

export interface AlignStage extends StageContext {
  readonly model: MultimodalModel;
  readonly arm: ArmSettings;
  readonly prepared: readonly PreparedSample[];
  /** Folder of optimised embeddings. */
  readonly embeddings: string;
  readonly seed: number;
  readonly out: string;
  readonly resume?: boolean;
  readonly force?: boolean;
}

/** The plain text row (x, y) that a prepared sample came from. */
export function textRow({
  id,
  instruction,
  harmful,
  response,
  chosen,
  rejected,
}: PreparedSample): InstructionRecord {
  return {
    id,
    instruction,
    harmful,
    ...(response !== undefined && { response }),
    ...(chosen !== undefined && { chosen }),
    ...(rejected !== undefined && { rejected }),
  };
}

/**
 * E is an encoder output of one model; on another of the same shape it means nothing.
 * @throws CheckpointError
 */
async function checkOrigin(folder: string, model: MultimodalModel): Promise<void> {
  const summary = await readSummary(folder);
  if (summary === undefined || summary.model === model.hash) return;
  throw new CheckpointError(
    `The embeddings in ${folder} were optimised for another model (sha256 ${summary.model}).`,
    {
      hint: 'Give the checkpoint that `sea optimize` had, or optimise for this one.',
    },
  );
}

/** Stage 3: builds D_M of the arm and trains on it. Rows a step that the arm does not set are as in the experiment. */
export async function alignStage(stage: AlignStage): Promise<AlignmentResult> {
  const { model, arm, prepared, embeddings, seed, out, resume, force, onProgress, signal } = stage;
  await checkOrigin(embeddings, model);
  const rows = await armRows(arm.data, {
    textRows: prepared.map(textRow),
    prepared,
    embeddings: { sea: embeddings },
    modality: model.modality,
  });
  return align({
    model,
    rows: rowsForMethod(rows, arm.method),
    method: arm.method,
    trainable: arm.trainable,
    options: { ...arm.options, rowsPerStep: arm.options.rowsPerStep ?? rowsPerStep(arm.data) },
    out,
    rng: new Rng(seed).fork('align'),
    resume,
    force,
    merged: arm.merged,
    onProgress: (event) => onProgress?.({ ...event, stage: `${event.stage} ${arm.name}` }),
    signal,
  });
}
