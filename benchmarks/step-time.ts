import type { Engine } from '@sea-align/compute';
import { createPackedScorer, createPlainScorer, loadModel } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { interleave, type Timing } from './interleaved.js';
import { scoringMembers } from './scoring-members.js';
import { tinyModelFolder } from './tiny-workload.js';
import { wideMediaModel } from './wide-media-model.js';

interface StepTiming extends Timing {
  tokens: number;
  controls: number;
  batchSize: number;
}

/** Milliseconds per optimisation step (loss and gradient of a batch), packed against one sequence per control sample. */
export async function benchStepTime(
  engine: Engine,
  options: { repeats: number; batchSize: number },
): Promise<BenchReport> {
  const { repeats, batchSize } = options;
  const tiny = await timeModel(engine, tinyModelFolder(), { repeats, batchSize });
  const wide = await wideMediaModel();
  try {
    const wideBatch = Math.max(1, batchSize >> 3);
    const timings = [...tiny, ...(await timeModel(engine, wide.folder, { repeats, batchSize: wideBatch }))];
    return {
      id: 'step',
      title: 'One optimisation step: plain against packed',
      how: `Loss and gradient of a batch of embeddings (${batchSize} of the tiny LLaVA's 16 modality tokens, ${wideBatch} of 576 tokens as in LLaVA-1.5, from the tiny LLaVA with larger images), ${engine.describe()}; median of ${repeats} interleaved repeats. Plain scores one whole sequence per embedding and control sample and projects every token to the vocabulary; packed shares prefix and modality tokens and projects target positions only. Both give the same loss and gradient (tested).`,
      columns: ['modality tokens, control samples', 'plain, ms', 'packed, ms', 'plain / packed'],
      rows: pairs(timings).map(([plain, packed]) => [
        `${plain.tokens} tokens, ${plain.controls} control samples`,
        figure(plain.median),
        figure(packed.median),
        `${figure(packed.speedup)}x`,
      ]),
      data: timings,
    };
  } finally {
    await wide.remove();
  }
}

async function timeModel(
  engine: Engine,
  folder: string,
  { repeats, batchSize }: { repeats: number; batchSize: number },
): Promise<StepTiming[]> {
  const model = await loadModel(folder, { engine });
  const timings: StepTiming[] = [];
  for (const controls of [2, 8]) {
    const { prefixIds, members } = await scoringMembers(model, batchSize, controls);
    const request = { prefixIds, batchSize, branches: controls };
    const plain = await createPlainScorer(model, request);
    const packed = await createPackedScorer(model, request);
    const measured = await interleave(
      [
        { name: 'plain', run: () => plain.score(members) },
        { name: 'packed', run: () => packed.score(members) },
      ],
      repeats,
    );
    await plain.release();
    await packed.release();
    timings.push(
      ...measured.map((timing) => ({ ...timing, tokens: model.geometry.tokens, controls, batchSize })),
    );
  }
  await model.release();
  return timings;
}

/** Plain and packed of the same model and number of control samples. */
function pairs(timings: readonly StepTiming[]): [StepTiming, StepTiming][] {
  const packed = timings.filter(({ name }) => name === 'packed');
  return timings.filter(({ name }) => name === 'plain').map((plain, index) => [plain, packed[index]]);
}
