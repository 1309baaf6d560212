import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine } from '@sea-align/compute';
import { loadModel } from '@sea-align/mllm';
import { optimizeEmbeddings } from '@sea-align/optimizer';
import { figure, type BenchReport } from './bench-report.js';
import { slope } from './statistics.js';
import { hazardSamples, tinyModelFolder } from './tiny-workload.js';

const interval = 50;
const kinds = ['rss', 'heapUsed', 'external'] as const;

/** Memory while many embeddings are made: the slope is what each further one leaves behind. */
export async function benchMemory(
  engine: Engine,
  options: { embeddings: number; steps: number },
): Promise<BenchReport> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const model = await loadModel(tinyModelFolder(), { engine });
  const folder = await mkdtemp(join(tmpdir(), 'sea-bench-'));
  const points: ({ embeddings: number } & Record<(typeof kinds)[number], number>)[] = [];
  try {
    await optimizeEmbeddings({
      model,
      samples: hazardSamples(options.embeddings),
      out: join(folder, 'run'),
      options: { steps: options.steps, stop: { lossPerToken: null, patience: null } },
      onProgress: ({ done }) => {
        if (done === 0 || done % interval !== 0 || points.at(-1)?.embeddings === done) return;
        gc();
        const { rss, heapUsed, external } = process.memoryUsage();
        points.push({ embeddings: done, rss, heapUsed, external });
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
    await model.release();
  }
  // The first tenth is warm-up: sessions compile, allocators find their size.
  const settled = points.filter((point) => point.embeddings > options.embeddings / 10);
  const rows = kinds.map((kind) => [
    kind,
    figure(settled[0][kind] / 1e6),
    figure(settled[settled.length - 1][kind] / 1e6),
    figure(slope(settled.map((point) => [point.embeddings, point[kind] / 1e3] as const))),
  ]);
  return {
    id: 'memory',
    title: `Memory over ${options.embeddings} embeddings`,
    how: `Every ${interval} embeddings (${options.steps} steps each, verified and stored, ${engine.describe()}), after a garbage collection; the slope, after the first tenth, is the median over all pairs of points (Theil-Sen). What the heap keeps are the records of finished embeddings.`,
    columns: ['memory', 'MB at the start', 'MB at the end', 'kB per embedding'],
    rows,
    data: { points },
  };
}
