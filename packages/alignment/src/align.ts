import { rm } from 'node:fs/promises';

import type { HostTensor } from '@sea-align/compute';
import {
  openRunFolder,
  type ProgressListener,
  type Rng,
  type RunFolder,
  writeFileAtomic,
} from '@sea-align/core';
import {
  createSequenceTrainer,
  initialParameters,
  mergeParameters,
  type MultimodalModel,
  parameterShapes,
} from '@sea-align/mllm';

import { type AlignmentFiles, writeArtefacts } from './artefacts.js';
import { BatchPlan } from './batches/batch-plan.js';
import { splitValidation } from './batches/validation-split.js';
import {
  type AlignmentMethod,
  type AlignmentOptions,
  type AlignmentTrainable,
  type AlignmentTrainableInput,
  type BatchComposition,
  resolveOptions,
  type ResolvedOptions,
  resolveTrainable,
} from './options.js';
import type { AlignmentRow } from './rows/alignment-row.js';
import { countGroups } from './rows/build-rows.js';
import { EmbeddingReader } from './rows/embedding-reader.js';
import { hashRows } from './rows/hash-rows.js';
import { readFinishedRun, resultFile } from './training/finished-run.js';
import { dpoObjective, type ReferenceLogProbs } from './training/dpo-objective.js';
import { type EncodedRow, encodeRows } from './training/encoded-row.js';
import { referenceLogProbs } from './training/reference-log-probs.js';
import { sftObjective } from './training/sft-objective.js';
import { train, type TrainingOutcome, trainingFiles } from './training/train.js';

/** What `align` is given. */
export interface AlignArguments {
  model: MultimodalModel;
  /** D_M, from buildAlignmentRows. */
  rows: readonly AlignmentRow[];
  method: AlignmentMethod;
  /** Default: { kind: 'full' }, projector and language model. The modality encoder is never trained. */
  trainable?: AlignmentTrainableInput;
  options?: AlignmentOptions;
  /** Folder of this run. */
  out: string;
  /** Seeds the split, the batches and LoRA's first factors. */
  rng: Rng;
  /** Go on with the run in `out`; the result is the same as without the interruption. */
  resume?: boolean;
  /** Replace the run in `out`. */
  force?: boolean;
  /** Also write `merged/`, a whole checkpoint folder that loadModel and transformers read. */
  merged?: boolean;
  onProgress?: ProgressListener;
  /** Stops between two steps, after writing a checkpoint; `align` then throws the signal's reason. */
  signal?: AbortSignal;
}

/** An aligned model, as changes to the one it was made from. */
export interface AlignmentResult extends TrainingOutcome {
  /** Trained weights under HF names, LoRA merged: for `model.withOverrides`. */
  overrides: Map<string, HostTensor>;
  files: AlignmentFiles;
  /** Rows of each group that a step took. */
  composition: BatchComposition;
  trainRows: number;
  validationRows: number;
  /** What is likely to make the result worse than it could be. */
  warnings: string[];
}

/**
 * SEA stage 3: trains y = LLM(P(E*), x_M) on D_M by SFT or DPO, the modality encoder left out (Lu et al. 2025).
 *
 * Writes into `out`: `loss.jsonl` (one line a step), `checkpoint.safetensors` while running, `parameters.safetensors` (the
 * kept ones), then `adapter/` (LoRA, PEFT layout) or `weights/model.safetensors` (HF names), `merged/` on request, and
 * `result.json` last.
 *
 * @throws ConfigError (all faulty options at once), DatasetError (which row), RunFolderError (`out` is another run's),
 * NumericError (loss or gradient not finite, with the step), DiskError, the signal's reason when aborted
 */
export async function align(given: AlignArguments): Promise<AlignmentResult> {
  const { model, rows, method, rng } = given;
  const trainable = resolveTrainable(given.trainable);
  const options = resolveOptions(method, trainable, given.options);
  const maxLength = Math.min(options.maxLength ?? Infinity, model.config.text.maxPositionEmbeddings);
  const encoded = encodeRows(model, rows, method, { maxLength, nllWeight: options.nllWeight });
  const split = splitEncoded(encoded, options.validation.fraction, rng.fork('validation'));
  const batches = rng.fork('batches');
  const trainRows = split.train.map(({ row }) => row);
  const { composition } = new BatchPlan(trainRows, options.rowsPerStep, batches);
  const folder = await openRunFolder(given.out, {
    config: {
      stage: 'align',
      method,
      trainable,
      options,
      model: model.hash,
      rows: await hashRows(rows),
      seed: rng.state(),
    },
    resume: given.resume,
    force: given.force,
  });
  const warnings = warningsFor(rows);
  for (const message of warnings) {
    given.onProgress?.({ stage: 'align', done: 0, total: options.steps, message });
  }

  const parameters = initialParameters(model, trainable, rng.fork('parameters'));
  const run = { ...given, trainable, options, maxLength, encoded, split, batches, parameters, folder };
  const outcome = (await readFinishedRun(folder, parameters)) ?? (await runTraining(run));
  const overrides = mergeParameters(model, trainable, parameters);
  const merged = given.merged === true;
  const files = await writeArtefacts({ folder, model, trainable, parameters, overrides, merged });
  const summary = {
    composition,
    trainRows: split.train.length,
    validationRows: split.validation.length,
    warnings,
  };
  const { steps, stopped, best } = outcome;
  const result = { method, trainable, options, steps, stopped, best, ...summary };
  await writeFileAtomic(folder.file(resultFile), `${JSON.stringify(result, null, 2)}\n`);
  await rm(folder.file(trainingFiles.checkpoint), { force: true });
  return { ...outcome, overrides, files, ...summary };
}

/** `align` with everything resolved. */
interface ResolvedRun extends Omit<AlignArguments, 'trainable' | 'options'> {
  trainable: AlignmentTrainable;
  options: ResolvedOptions;
  maxLength: number;
  encoded: readonly EncodedRow[];
  split: { train: EncodedRow[]; validation: EncodedRow[] };
  batches: Rng;
  /** Start values; the kept ones afterwards. */
  parameters: Map<string, Float32Array>;
  folder: RunFolder;
}

/** Compiles the objective for the model, scores DPO's reference, and trains. */
async function runTraining(run: ResolvedRun): Promise<TrainingOutcome> {
  const { model, method, trainable, options, parameters, folder, onProgress, signal } = run;
  const references = new Map<string, ReferenceLogProbs>();
  const objective = method === 'sft' ? sftObjective() : dpoObjective({ ...options, references });
  const rowsPerMicroBatch = Math.floor(options.microBatch / objective.sequencesPerRow);
  const microBatch = rowsPerMicroBatch * objective.sequencesPerRow;
  const embeddings = new EmbeddingReader(model);
  const trainer = await createSequenceTrainer(model, {
    trainable,
    buildLoss: objective.buildLoss,
    extraInputs: objective.inputShapes(rowsPerMicroBatch),
    rowsPerStep: microBatch,
    maxLength: run.maxLength,
  });
  const runner = { trainer, embeddings, microBatch };
  try {
    if (method === 'dpo') {
      const file = folder.file(trainingFiles.reference);
      const scored = await referenceLogProbs(runner, run.encoded, parameters, file, { onProgress, signal });
      for (const [id, logProbs] of scored) references.set(id, logProbs);
    }
    const shapes = parameterShapes(model, trainable);
    return await train({
      runner,
      objective,
      ...run.split,
      parameters,
      decays: (name) => (shapes.get(name)?.length ?? 0) > 1,
      options,
      rng: run.batches,
      folder,
      onProgress,
      signal,
    });
  } finally {
    await trainer.release();
    await embeddings.close();
  }
}

function splitEncoded(
  encoded: readonly EncodedRow[],
  fraction: number,
  rng: Rng,
): { train: EncodedRow[]; validation: EncodedRow[] } {
  const byRow = splitValidation(
    encoded.map(({ row }) => row),
    fraction,
    rng,
  );
  const heldOut = new Set(byRow.validation);
  return {
    train: encoded.filter(({ row }) => !heldOut.has(row)),
    validation: encoded.filter(({ row }) => heldOut.has(row)),
  };
}

function warningsFor(rows: readonly AlignmentRow[]): string[] {
  const counts = countGroups(rows);
  const warnings: string[] = [];
  if (counts.textHarmless + counts.mediumHarmless + counts.retention === 0) {
    warnings.push(
      'There are no harmless rows: a model trained on refusals alone learns to refuse everything.',
    );
  } else if (counts.mediumHarmful > 0 && counts.mediumHarmless + counts.retention === 0) {
    warnings.push(
      'All rows with an embedding are harmful: the model may learn to refuse whatever comes with a medium.',
    );
  }
  return warnings;
}
