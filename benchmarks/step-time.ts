import type { Engine } from '@sea-align/compute';
import { createPackedScorer, createPlainScorer, loadModel } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { interleave } from './interleaved.js';
import { scoringMembers } from './scoring-members.js';
import { tinyModelFolder } from './tiny-workload.js';

/** Milliseconds per optimisation step (loss and gradient of a batch), packed against one sequence per control sample. */
export async function benchStepTime(
  engine: Engine,
  options: { repeats: number; batchSize: number },
): Promise<BenchReport> {
  const { repeats, batchSize } = options;
  const model = await loadModel(tinyModelFolder(), { engine });
  const rows: string[][] = [];
  const data: Record<string, unknown>[] = [];
  for (const controls of [2, 8]) {
    const { prefixIds, members } = await scoringMembers(model, batchSize, controls);
    const request = { prefixIds, batchSize, branches: controls };
    const plain = await createPlainScorer(model, request);
    const packed = await createPackedScorer(model, request);
    const timings = await interleave(
      [
        { name: 'plain', run: () => plain.score(members) },
        { name: 'packed', run: () => packed.score(members) },
      ],
      repeats,
    );
    await plain.release();
    await packed.release();
    for (const timing of timings) {
      rows.push([
        `${timing.name}, ${controls} control samples`,
        figure(timing.median),
        `${figure(timing.speedup)}x`,
      ]);
      data.push({ controls, batchSize, ...timing });
    }
  }
  await model.release();
  return {
    id: 'step',
    title: 'One optimisation step: plain against packed',
    how: `Loss and gradient of a batch of ${batchSize} embeddings on the tiny LLaVA, ${engine.describe()}; median of ${repeats} interleaved repeats. Plain scores one whole sequence per embedding and control sample; packed shares prefix and modality tokens and gathers target positions before the vocabulary projection. Both give the same loss and gradient.`,
    columns: ['scoring', 'ms per step', 'against plain'],
    rows,
    data,
  };
}
