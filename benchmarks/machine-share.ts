import { createEngine, Graph, matmul, sum } from '@sea-align/compute';
import { createPackedScorer, loadModel } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { interleave } from './interleaved.js';
import { productOperations, watched } from './program-work.js';
import { randomLlava } from './random-llava.js';
import { tokenWorkload } from './token-workload.js';

const side = 2048;

/** GFLOP/s of a whole optimisation step over those of one large product of the same library in the same run. */
export async function benchMachineShare(options: { repeats: number; threads: number }): Promise<BenchReport> {
  const { engine, graphs } = watched(
    await createEngine({ backend: 'onnxruntime-node', threads: options.threads }),
  );
  const random = await randomLlava();
  const model = await loadModel(random.folder, { engine });
  try {
    const workload = await tokenWorkload(model, 16);
    const { prefixIds, members } = workload;
    const graph = new Graph();
    graph.output('y', sum(matmul(graph.input('a', [side, side]), graph.input('b', [side, side]))));
    const product = await engine.compile(graph, { label: 'sgemm' });
    const a = new Float32Array(side * side).map((_, at) => Math.sin(at));
    const contestants = [
      {
        name: `sgemm ${side} x ${side} x ${side}`,
        work: productOperations(graph),
        run: () => product.run({ a, b: a }),
      },
    ];
    const scorers = [];
    for (const batch of [1, 4, 16]) {
      const scorer = await createPackedScorer(model, { prefixIds, batchSize: batch, branches: 2 });
      const some = members.slice(0, batch);
      graphs.clear();
      await scorer.score(some);
      const [[label, program]] = [...graphs].filter(([name]) => /^packed \d/.test(name));
      const rows = Number(label.split(' ')[1]);
      contestants.push({
        name: `step, batch ${batch}`,
        work: productOperations(program) * Math.ceil(batch / rows),
        run: async () => {
          await scorer.score(some);
          return {};
        },
      });
      scorers.push(scorer);
    }
    const timings = await interleave(contestants, options.repeats);
    for (const scorer of scorers) await scorer.release();
    await product.release();
    const rates = timings.map(({ median }, at) => contestants[at].work / median / 1e6);
    return {
      id: 'share',
      title: 'Share of the machine',
      how: `Floating-point operations of all matrix products of a step (two control samples, loss and gradient; the 512-wide LLaVA) over its wall time, against one large product in the same library (${engine.describe()}); median of ${options.repeats} interleaved repeats.`,
      columns: ['', 'ms', 'GFLOP', 'GFLOP/s', 'share'],
      rows: timings.map(({ name, median }, at) => [
        name,
        figure(median),
        figure(contestants[at].work / 1e9),
        figure(rates[at]),
        figure(rates[at] / rates[0]),
      ]),
      data: timings.map((timing, at) => ({ ...timing, operations: contestants[at].work })),
    };
  } finally {
    await model.release();
    await random.remove();
    await engine.dispose();
  }
}
