import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '@sea-align/compute';
import { createPackedScorer, loadModel } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { operationTimes, productTypes, readProfile } from './ort-profile.js';
import { randomLlava } from './random-llava.js';
import { tokenWorkload } from './token-workload.js';

/** What is worth a line of its own, per cent of the time in operations. */
const shown = 0.5;

/** Where the time of an optimisation step goes, by operation type, from ONNX Runtime's own profiler. */
export async function benchStepProfile(options: { repeats: number; threads: number }): Promise<BenchReport> {
  const profileFolder = await mkdtemp(join(tmpdir(), 'sea-bench-profile-'));
  const engine = await createEngine({
    backend: 'onnxruntime-node',
    threads: options.threads,
    profileFolder,
  });
  const random = await randomLlava();
  try {
    const model = await loadModel(random.folder, { engine });
    const { prefixIds, members } = await tokenWorkload(model, 1);
    const scorer = await createPackedScorer(model, { prefixIds, batchSize: 1, branches: 2 });
    for (let run = 0; run <= options.repeats; run++) await scorer.score(members);
    await scorer.release();
    await model.release();
    const times = operationTimes(await readProfile(profileFolder, 'packed 1'), options.repeats);
    const all = times.reduce((sum, { microseconds }) => sum + microseconds, 0);
    const percent = (microseconds: number): number => (100 * microseconds) / all;
    const rows = times
      .filter(({ microseconds }) => percent(microseconds) >= shown)
      .map(({ operation, microseconds, nodes }) => [
        operation,
        productTypes.has(operation) ? 'yes' : '',
        String(nodes / options.repeats),
        figure(microseconds / options.repeats / 1000),
        `${percent(microseconds).toFixed(1)} %`,
      ]);
    const products = times.filter(({ operation }) => productTypes.has(operation));
    const inProducts = percent(products.reduce((sum, { microseconds }) => sum + microseconds, 0));
    const above = times.filter(
      ({ operation, microseconds }) => percent(microseconds) > 5 && !productTypes.has(operation),
    );
    return {
      id: 'profile',
      title: 'Where the time of a step goes',
      how:
        `ONNX Runtime's profile of one packed step (batch 1, two control samples, loss and gradient; the 512-wide LLaVA; ` +
        `${engine.describe()}), mean of ${options.repeats} runs after one that is not counted; ${inProducts.toFixed(1)} % ` +
        `are matrix products. Above 5 % without being one: ${above.map(({ operation }) => operation).join(', ') || 'nothing'}. ` +
        `Operations below ${shown} % are left out. Profiling itself slows small operations most.`,
      columns: ['operation', 'product', 'nodes', 'ms per step', 'share'],
      rows,
      data: { times, runs: options.repeats },
    };
  } finally {
    await engine.dispose();
    await random.remove();
    await rm(profileFolder, { recursive: true, force: true });
  }
}
