import { freemem } from 'node:os';
import { createEngine, type Engine } from '@sea-align/compute';
import { createPackedScorer, loadModel } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { interleave, type Contestant } from './interleaved.js';
import { findPyTorch, PythonServer } from './python-server.js';
import { randomLlava } from './random-llava.js';
import { optimise } from './sea-steps.js';
import { tinyModelFolder } from './tiny-workload.js';
import { tokenWorkload, writeJob } from './token-workload.js';

/** Updates that the default options make at most. */
const stepsPerEmbedding = 80;
/** Bytes that PyTorch's batch of 16 with 576 image tokens was seen to need, with some to spare. */
const bytesForLargeBatch = 14e9;

interface Entrant extends Contestant {
  model: string;
  batch: number;
  /** Embeddings of one repeat. */
  embeddings: number;
  steps: number;
}

/** SEA optimisation against PyTorch with Hugging Face transformers, on the same weights, embeddings and targets. */
export async function benchAgainstPyTorch(options: {
  repeats: number;
  threads: number;
  batches: readonly number[];
}): Promise<BenchReport> {
  const { repeats, threads, batches } = options;
  const python = await findPyTorch();
  const notes: string[] = [];
  if (typeof python === 'string') {
    notes.push(
      `The baselines were skipped (${python}); they need torch, transformers and peft, in the Python that SEA_PYTHON names.`,
    );
  }
  const engine = await createEngine({ backend: 'onnxruntime-node', threads });
  const web = await createEngine({ backend: 'onnxruntime-web', threads });
  const random = await randomLlava();
  const rows: string[][] = [];
  const data: unknown[] = [];
  try {
    for (const [name, folder, steps] of [
      ['512 wide, 576 image tokens', random.folder, 1],
      ['tiny, 16 image tokens', tinyModelFolder(), 5],
    ] as const) {
      const model = await loadModel(folder, { engine });
      const workload = await tokenWorkload(model, Math.max(...batches));
      const job = await writeJob(model, workload, threads);
      const server =
        typeof python === 'string' ? undefined : await PythonServer.start(python.python, job.folder);
      const scorerOn = async (on: Engine, batch: number) => {
        const own = on === engine ? model : await loadModel(folder, { engine: on });
        const scorer = await createPackedScorer(own, {
          prefixIds: workload.prefixIds,
          batchSize: batch,
          branches: 2,
        });
        return {
          scorer,
          close: async () => {
            await scorer.release();
            if (own !== model) await own.release();
          },
        };
      };
      try {
        if (server) {
          if (notes.length === 0) notes.push(await productSpeed(server));
          const { scorer, close } = await scorerOn(engine, 1);
          const theirs = (await server.run({ run: 'sequences', steps: 10, batch: 1 })).losses[0];
          const ours = (await optimise(scorer, workload, 1, 10))[0];
          await close();
          notes.push(
            `${name}: after 10 updates the loss is ${theirs.toFixed(4)} in PyTorch and ${ours.toFixed(4)} here (${Math.abs(theirs - ours).toExponential(1)} apart).`,
          );
        }
        for (const batch of batches) {
          const entrant = (title: string, embeddings: number, run: () => Promise<unknown>): Entrant => ({
            name: title,
            model: name,
            batch,
            embeddings,
            steps,
            run,
          });
          const entrants: Entrant[] = [];
          if (server) {
            entrants.push(
              entrant('PyTorch, one at a time', 1, () => server.run({ run: 'sequences', steps, batch: 1 })),
            );
            if (batch * model.geometry.tokens < 9000 || freemem() > bytesForLargeBatch) {
              entrants.push(
                entrant('PyTorch, batched', batch, () => server.run({ run: 'batched', steps, batch })),
              );
            } else
              notes.push(`PyTorch's batch of ${batch} (${name}) was skipped: too little memory was free.`);
          }
          const node = await scorerOn(engine, batch);
          entrants.push(
            entrant('onnxruntime-node', batch, () => optimise(node.scorer, workload, batch, steps)),
          );
          const wasm = batch === 1 ? await scorerOn(web, batch) : undefined;
          if (wasm)
            entrants.push(
              entrant('onnxruntime-web', batch, () => optimise(wasm.scorer, workload, batch, steps)),
            );
          const timings = await interleave(entrants, repeats);
          await node.close();
          await wasm?.close();
          const perEmbedding = timings.map(({ median }, at) => median / entrants[at].embeddings);
          timings.forEach((timing, at) => {
            const against = (baseline: string): string => {
              const base = entrants.findIndex((each) => each.name === baseline);
              return base < 0 ? '' : `${figure(perEmbedding[base] / perEmbedding[at])}x`;
            };
            rows.push([
              `${name}, batch ${batch}: ${timing.name}`,
              figure(perEmbedding[at] / steps),
              figure((60_000 * steps) / (perEmbedding[at] * stepsPerEmbedding)),
              against('PyTorch, one at a time'),
              against('PyTorch, batched'),
            ]);
            data.push({ ...timing, model: name, batch, steps, embeddings: entrants[at].embeddings });
          });
        }
      } finally {
        await server?.stop();
        await job.remove();
        await model.release();
      }
    }
  } finally {
    await random.remove();
    await engine.dispose();
    await web.dispose();
  }
  const versions =
    typeof python === 'string' ? '' : ` PyTorch ${python.torch}, transformers ${python.transformers}.`;
  return {
    id: 'pytorch',
    title: 'SEA optimisation against PyTorch',
    how: `Two control samples an embedding (15 tokens of question, 16 of answer, random ids), Adam, float32, ${threads} threads on both sides; random-weight LLaVA (hidden 512, 8 layers, 8 heads, ffn 1408, vocabulary 32,000, 576 image tokens, CLIP width 256) and the tiny LLaVA; medians of ${repeats} interleaved repeats. "One at a time" is what the paper describes: two sequences an embedding, one embedding after the other, logits of every place; "batched" runs the whole batch at once and projects target places only. Neither computes weight gradients. A repeat is a few updates and one more look at the loss, for which PyTorch runs forward only and ours backward, too. Embeddings per minute are for ${stepsPerEmbedding} updates, the most that the default options make.${versions} ${notes.join(' ')}`.trim(),
    columns: [
      '',
      'ms per embedding and update',
      'embeddings per minute',
      'against one at a time',
      'against batched',
    ],
    rows,
    data,
  };
}

/** What PyTorch's own matrix product does here: the ratios stand on it. */
async function productSpeed(server: PythonServer): Promise<string> {
  const size = 2048;
  const steps = 4;
  const [{ median }] = await interleave(
    [{ name: 'sgemm', run: () => server.run({ run: 'sgemm', steps, size }) }],
    5,
  );
  return `PyTorch's product of two ${size} x ${size} matrices ran at ${figure((2 * size ** 3 * steps) / median / 1e6)} GFLOP/s in this run.`;
}
