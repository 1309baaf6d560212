import { AdamW, clipByGlobalNorm, createEngine } from '@sea-align/compute';
import { Rng } from '@sea-align/core';
import { dpoLossGraph, sftLossGraph } from '@sea-align/alignment';
import {
  createSequenceTrainer,
  initialParameters,
  loadModel,
  type MultimodalModel,
  type SequenceRow,
  type TrainableSpec,
} from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { interleave } from './interleaved.js';
import { findPyTorch, PythonServer } from './python-server.js';
import { randomLlava } from './random-llava.js';
import { beta, lora, tokenWorkload, writeJob, type TokenWorkload } from './token-workload.js';

const sequencesPerRun = 2;

/** Tokens per second of SFT and DPO with LoRA, against PyTorch and PEFT. */
export async function benchAlignmentSpeed(options: {
  repeats: number;
  threads: number;
}): Promise<BenchReport> {
  const { repeats, threads } = options;
  const python = await findPyTorch();
  const engine = await createEngine({ backend: 'onnxruntime-node', threads });
  const random = await randomLlava();
  const model = await loadModel(random.folder, { engine });
  const workload = await tokenWorkload(model, 4);
  const job = await writeJob(model, workload, threads);
  const server = typeof python === 'string' ? undefined : await PythonServer.start(python.python, job.folder);
  const rows: string[][] = [];
  const data: unknown[] = [];
  const notes: string[] = [];
  try {
    for (const method of ['sft', 'dpo'] as const) {
      const ours = await createOurs(model, workload, method);
      const request = {
        run: method,
        steps: 1,
        batch: method === 'sft' ? sequencesPerRun : sequencesPerRun / 2,
      };
      const losses: Record<string, number> = {};
      const first = (side: string, loss: number): void => {
        losses[side] ??= loss;
      };
      const contestants = [
        ...(server
          ? [
              {
                name: `${method.toUpperCase()}: PyTorch + PEFT`,
                run: async () => first('theirs', (await server.run(request)).losses[0]),
              },
            ]
          : []),
        {
          name: `${method.toUpperCase()}: onnxruntime-node`,
          run: async () => first('ours', await ours.step()),
        },
      ];
      const timings = await interleave(contestants, repeats);
      if (server)
        notes.push(
          `${method.toUpperCase()}'s first loss: ${losses['theirs'].toFixed(4)} in PyTorch, ${losses['ours'].toFixed(4)} here.`,
        );
      await ours.release();
      for (const { name, median, speedup } of timings) {
        rows.push([
          name,
          figure(median),
          figure((1000 * ours.tokens) / median),
          server ? `${figure(speedup)}x` : '',
        ]);
      }
      data.push(...timings.map((timing) => ({ ...timing, tokens: ours.tokens })));
    }
  } finally {
    await server?.stop();
    await job.remove();
    await model.release();
    await random.remove();
    await engine.dispose();
  }
  const baseline =
    typeof python === 'string'
      ? `The baseline was skipped (${python}).`
      : `Baseline: PyTorch ${python.torch}, transformers ${python.transformers}, PEFT ${python.peft}.`;
  return {
    id: 'align',
    title: 'Alignment against PyTorch + PEFT',
    how: `One optimiser step (AdamW, LoRA of rank ${lora.rank} on all linear layers of the language model) over 2 text rows and 2 rows with 576 image tokens (answers of 24 tokens, random ids), ${sequencesPerRun} sequences a run, ${threads} threads, the 512-wide LLaVA; tokens are those read, padding not counted; DPO reads every row twice. Median of ${repeats} interleaved repeats. ${baseline} ${notes.join(' ')}`.trim(),
    columns: ['', 'ms per step', 'tokens per second', 'against PyTorch'],
    rows,
    data,
  };
}

export interface Ours {
  tokens: number;
  step: () => Promise<number>;
  release: () => Promise<void>;
}

export async function createOurs(
  model: MultimodalModel,
  { members, rows }: TokenWorkload,
  method: 'sft' | 'dpo',
): Promise<Ours> {
  const trainable: TrainableSpec = {
    kind: 'lora',
    rank: lora.rank,
    alpha: lora.alpha,
    targets: lora.targets,
  };
  const parameters = initialParameters(model, trainable, new Rng('bench'));
  const adam = new AdamW({ learningRate: lora.learningRate, weightDecay: 0 });
  const pairs = sequencesPerRun / 2;
  const extraInputs: Record<string, number[]> =
    method === 'sft'
      ? { coefficients: [sequencesPerRun] }
      : { ratios: [pairs], weights: [pairs], none: [pairs] };
  const trainer = await createSequenceTrainer(model, {
    trainable,
    rowsPerStep: sequencesPerRun,
    extraInputs,
    buildLoss: (graph, { rowLogProb, inputs }) =>
      method === 'sft'
        ? sftLossGraph(rowLogProb, inputs['coefficients'])
        : dpoLossGraph(graph, {
            logProbs: rowLogProb,
            referenceLogRatios: inputs['ratios'],
            pairWeights: inputs['weights'],
            chosenNllCoefficients: inputs['none'],
            beta,
          }),
  });
  const sequences = rows.map((row) => {
    const embedding = row.embedding === undefined ? undefined : members[row.embedding].embedding;
    const answers = method === 'sft' ? [row.chosen] : [row.chosen, row.rejected];
    return answers.map((targetIds): SequenceRow => ({ promptIds: row.prompt, targetIds, embedding }));
  });
  const perRun = sequencesPerRun / sequences[0].length;
  const runs = Array.from({ length: rows.length / perRun }, (_, run) =>
    sequences.slice(run * perRun, (run + 1) * perRun).flat(),
  );
  const targets = rows.reduce((sum, { chosen }) => sum + chosen.length, 0);
  const ratios =
    method === 'sft'
      ? []
      : await Promise.all(runs.map(async (run) => ratiosOf(await trainer.score(run, parameters))));
  return {
    tokens: sequences
      .flat()
      .reduce((sum, { promptIds, targetIds }) => sum + promptIds.length + targetIds.length - 1, 0),
    async step() {
      const gradient = new Map([...parameters].map(([name, { length }]) => [name, new Float32Array(length)]));
      let loss = 0;
      for (const [at, run] of runs.entries()) {
        const extra: Record<string, Float32Array> =
          method === 'sft'
            ? { coefficients: new Float32Array(sequencesPerRun).fill(1 / targets) }
            : {
                ratios: ratios[at],
                weights: new Float32Array(pairs).fill(1 / rows.length),
                none: new Float32Array(pairs),
              };
        const result = await trainer.step(run, parameters, extra);
        loss += result.loss;
        for (const [name, sum] of gradient) {
          const part = result.gradients.get(name);
          if (part) for (let i = 0; i < sum.length; i++) sum[i] += part[i];
        }
      }
      clipByGlobalNorm(gradient, 1);
      adam.step(parameters, gradient, lora.learningRate);
      return loss;
    },
    release: () => trainer.release(),
  };
}

/** log ref(chosen) - log ref(rejected) of each pair. */
function ratiosOf(logProbs: Float32Array): Float32Array {
  return Float32Array.from(
    { length: logProbs.length / 2 },
    (_, pair) => logProbs[2 * pair] - logProbs[2 * pair + 1],
  );
}
