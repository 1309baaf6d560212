import { stat } from 'node:fs/promises';

import { openSafetensors, writeSafetensors } from '@sea-align/compute';
import { CheckpointError, NumericError, ProgressMeter, type ProgressListener } from '@sea-align/core';

import { dpoObjective, type ReferenceLogProbs } from './dpo-objective.js';
import type { EncodedRow } from './encoded-row.js';
import { type RowRunner, scoreRows } from './score-rows.js';

/** Who is told how far scoring is, and who may stop it. */
export interface ScoringWatch {
  onProgress?: ProgressListener;
  signal?: AbortSignal;
}

/**
 * Log-probabilities of chosen and rejected answers under the model before training. They are all that DPO needs of the
 * reference model: computed once, kept as two numbers a row, so that no second model is in memory. A resumed run reads
 * them from `path` (F32 tensors `chosen` and `rejected`, [rows]).
 *
 * @param parameters as they are before training
 * @throws the signal's reason when aborted, after the micro-batch under way; NumericError when the model gives an answer a log-probability that is not finite
 */
export async function referenceLogProbs(
  runner: RowRunner,
  rows: readonly EncodedRow[],
  parameters: ReadonlyMap<string, Float32Array>,
  path: string,
  watch: ScoringWatch = {},
): Promise<Map<string, ReferenceLogProbs>> {
  const stored = await readReferences(path, rows.length);
  const logProbs = stored ?? (await scoreReferences(runner, rows, parameters, watch));
  if (stored === undefined) {
    const shape = [rows.length];
    const column = (offset: 0 | 1): Float32Array =>
      Float32Array.from(rows, (_, row) => logProbs[2 * row + offset]);
    await writeSafetensors(path, [
      ['chosen', { dtype: 'F32', shape, data: column(0) }],
      ['rejected', { dtype: 'F32', shape, data: column(1) }],
    ]);
  }
  return new Map(
    rows.map(({ row: { id } }, index) => [
      id,
      { chosen: logProbs[2 * index], rejected: logProbs[2 * index + 1] },
    ]),
  );
}

async function scoreReferences(
  runner: RowRunner,
  rows: readonly EncodedRow[],
  parameters: ReadonlyMap<string, Float32Array>,
  { onProgress, signal }: ScoringWatch,
): Promise<Float32Array> {
  const meter = new ProgressMeter('reference', rows.length, onProgress);
  const pairs = dpoObjective({ beta: 1, nllWeight: 0, references: new Map() });
  const logProbs = await scoreRows(runner, pairs, rows, parameters, (done) => {
    meter.tick(done);
    signal?.throwIfAborted();
  });
  const broken = logProbs.findIndex((value) => !Number.isFinite(value));
  if (broken !== -1) {
    const { id } = rows[Math.floor(broken / 2)].row;
    throw new NumericError(
      `The model before training gives an answer of row "${id}" the log-probability ${logProbs[broken]}.`,
      {
        hint: 'Look at the row, and check the checkpoint for NaN.',
        details: { row: id },
      },
    );
  }
  return logProbs;
}

async function readReferences(path: string, rows: number): Promise<Float32Array | undefined> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  if (!there) return undefined;
  const file = await openSafetensors(path);
  try {
    const chosen = file.readFloat32('chosen');
    const rejected = file.readFloat32('rejected');
    if (chosen.length !== rows || rejected.length !== rows) {
      throw new CheckpointError(`${path} holds ${chosen.length} rows, the run has ${rows}.`, {
        hint: 'Start anew with --force.',
      });
    }
    return Float32Array.from({ length: 2 * rows }, (_, at) => (at % 2 === 0 ? chosen : rejected)[at >> 1]);
  } finally {
    file.close();
  }
}
