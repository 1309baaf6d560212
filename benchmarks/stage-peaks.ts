import { readFile, writeFile } from 'node:fs/promises';
import { createEngine } from '@sea-align/compute';
import { createPackedScorer, loadModel } from '@sea-align/mllm';
import { createOurs } from './alignment-speed.js';
import { figure, type BenchReport } from './bench-report.js';
import { randomLlava } from './random-llava.js';
import { optimise } from './sea-steps.js';
import { tokenWorkload } from './token-workload.js';

/** Largest resident memory of each stage on the 512-wide LLaVA (Linux: the kernel's high-water mark, reset between stages). */
export async function benchStagePeaks(options: { threads: number }): Promise<BenchReport> {
  const rows: string[][] = [];
  const engine = await createEngine({ backend: 'onnxruntime-node', threads: options.threads });
  const random = await randomLlava();
  const stage = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    await writeFile('/proc/self/clear_refs', '5').catch(() => undefined);
    const result = await run();
    const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
    const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
    rows.push([name, kilobytes === undefined ? 'not measured' : figure(Number(kilobytes) / 1000)]);
    return result;
  };
  try {
    const model = await stage('load', () => loadModel(random.folder, { engine }));
    const workload = await stage('encode', () => tokenWorkload(model, 16));
    const { prefixIds, rows: alignment, members } = workload;
    const request = { prefixIds, batchSize: 16, branches: 2 };
    await stage('optimise, batch 16', async () => {
      const scorer = await createPackedScorer(model, request);
      await optimise(scorer, workload, 16, 1);
      await scorer.release();
    });
    await stage('verify, 16 embeddings', () =>
      model.generate(
        members.map(({ embedding }) => ({ promptIds: alignment[2].prompt, embedding })),
        { maxNewTokens: 8 },
      ),
    );
    for (const method of ['sft', 'dpo'] as const) {
      await stage(`align, ${method.toUpperCase()} with LoRA`, async () => {
        const trainer = await createOurs(model, workload, method);
        await trainer.step();
        await trainer.release();
      });
    }
    await model.release();
  } finally {
    await random.remove();
    await engine.dispose();
  }
  return {
    id: 'peaks',
    title: 'Peak memory by stage',
    how: `One process, stage after stage, the 512-wide LLaVA (243 MB of weights in float32, mapped from their file), ${engine.describe()}. What a stage leaves in the allocator counts in those after it.`,
    columns: ['stage', 'peak resident memory, MB'],
    rows,
    data: { rows },
  };
}
