import type { SequenceRow, SequenceTrainer } from '@sea-align/mllm';

import { cutMicroBatches } from '../batches/micro-batches.js';
import type { EmbeddingReader } from '../rows/embedding-reader.js';
import type { EncodedRow } from './encoded-row.js';
import type { Objective } from './objective.js';

/** What runs the model on rows. */
export interface RowRunner {
  trainer: Pick<SequenceTrainer, 'step' | 'score'>;
  embeddings: EmbeddingReader;
  /** Token sequences in one run of the graph. */
  microBatch: number;
}

/** The objective's token sequences of a micro-batch, with their embeddings. */
export async function sequencesOf(
  rows: readonly EncodedRow[],
  objective: Pick<Objective, 'sequences'>,
  embeddings: EmbeddingReader,
): Promise<SequenceRow[]> {
  const sequences: SequenceRow[] = [];
  for (const row of rows) {
    const embedding = await embeddings.read(row.row);
    for (const sequence of objective.sequences(row)) {
      sequences.push(embedding === undefined ? sequence : { ...sequence, embedding });
    }
  }
  return sequences;
}

/**
 * Log-probabilities of the objective's sequences of all rows, in the rows' order, forward only.
 *
 * @param onBatch told after every micro-batch how many rows were done
 */
export async function scoreRows(
  runner: RowRunner,
  objective: Pick<Objective, 'sequences' | 'sequencesPerRow'>,
  rows: readonly EncodedRow[],
  parameters: ReadonlyMap<string, Float32Array>,
  onBatch?: (rows: number) => void,
): Promise<Float32Array> {
  const perRow = objective.sequencesPerRow;
  const place = new Map(rows.map((row, index) => [row, index]));
  const logProbs = new Float32Array(rows.length * perRow);
  for (const batch of cutMicroBatches(rows, Math.floor(runner.microBatch / perRow))) {
    const scores = await runner.trainer.score(
      await sequencesOf(batch, objective, runner.embeddings),
      parameters,
    );
    batch.forEach((row, index) => {
      logProbs.set(scores.subarray(index * perRow, (index + 1) * perRow), (place.get(row) ?? 0) * perRow);
    });
    onBatch?.(batch.length);
  }
  return logProbs;
}
