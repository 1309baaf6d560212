import { align, type AlignmentResult, type AlignmentRow } from '@sea-align/alignment';
import { NumericError, Rng, SeaError, type InstructionRecord, type PreparedSample } from '@sea-align/core';
import type { MultimodalModel } from '@sea-align/mllm';
import { armRows } from '../experiment/arm-rows.js';
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

const noEmbeddings = 'SEA_NO_EMBEDDINGS';

/**
 * An arm on synthetic embeddings that has none would silently be one on text alone.
 * @throws SeaError
 */
function checkEmbeddings(rows: readonly AlignmentRow[], { data }: ArmSettings, folder: string): void {
  if (data !== 'sea' && data !== 'sea-unverified') return;
  if (rows.some(({ embedding, harmful }) => embedding !== undefined && harmful)) return;
  const kept = data === 'sea' ? 'passed verification' : 'was usable';
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

/** Stage 3: builds D_M of the arm and trains on it. Rows a step that the arm does not set are as in the experiment. */
export async function alignStage(stage: AlignStage): Promise<AlignmentResult> {
  const { model, arm, prepared, embeddings, seed, out, resume, force, onProgress, signal } = stage;
  const rows = await armRows(arm.data, {
    textRows: prepared.map(textRow),
    prepared,
    embeddings: { sea: embeddings },
  });
  checkEmbeddings(rows, arm, embeddings);
  return align({
    model,
    rows,
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
