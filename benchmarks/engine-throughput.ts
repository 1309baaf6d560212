import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine } from '@sea-align/compute';
import { SeaError } from '@sea-align/core';
import { createPackedScorer, loadModel } from '@sea-align/mllm';
import { optimizeEmbeddings } from '@sea-align/optimizer';
import { figure, type BenchReport } from './bench-report.js';
import { interleave, type Contestant } from './interleaved.js';
import { scoringMembers } from './scoring-members.js';
import { hazardSamples, tinyModelFolder } from './tiny-workload.js';

/** Batches per engine: plain JavaScript is slow enough that two embeddings have to do. */
const backends = [
  { backend: 'onnxruntime-node', batchSize: 16 },
  { backend: 'onnxruntime-web', batchSize: 16 },
  { backend: 'tfjs', batchSize: 2 },
] as const;

/** Content, an open content question and style: what optimisation trains on by default. */
const controls = 3;

interface Entrant extends Contestant {
  batchSize: number;
  close: () => Promise<void>;
}

/** Embeddings per minute on the tiny model, by engine. */
export async function benchEngineThroughput(options: {
  repeats: number;
  embeddings: number;
}): Promise<BenchReport> {
  const entrants: Entrant[] = [];
  const missing: string[][] = [];
  for (const { backend, batchSize } of backends) {
    try {
      entrants.push(await enter(await createEngine({ backend }), backend, batchSize));
    } catch (error) {
      if (!SeaError.isInstance(error)) throw error;
      missing.push([backend, 'not available', '', '']);
    }
  }
  const timings = await interleave(entrants, options.repeats);
  for (const { close } of entrants) await close();
  const whole = await optimiseWithDefaults(options.embeddings);
  const perStep = timings.map(({ median }, index) => median / entrants[index].batchSize);
  const rows = timings.map(({ name }, index) => [
    name,
    figure(perStep[index]),
    figure(60_000 / (perStep[index] * whole.scoresPerEmbedding)),
    `${figure(perStep[0] / perStep[index])}x`,
  ]);
  return {
    id: 'engines',
    title: 'Embeddings per minute by engine',
    how: `One packed step (${controls} control samples, as the default options make) of the tiny LLaVA, median of ${options.repeats} interleaved repeats, divided by the batch (${entrants.map(({ name, batchSize }) => `${name}: ${batchSize}`).join(', ')}). An embedding takes ${figure(whole.scoresPerEmbedding)} such steps with the default options, the mean over ${options.embeddings} embeddings; those took ${figure(whole.secondsPerEmbedding)} s each on ${entrants[0].name}, verification and storage included.`,
    columns: ['engine', 'ms per embedding and step', 'embeddings per minute', `against ${entrants[0].name}`],
    rows: [...rows, ...missing],
    data: { timings, batchSizes: entrants.map(({ batchSize }) => batchSize), whole },
  };
}

async function enter(engine: Engine, name: string, batchSize: number): Promise<Entrant> {
  const model = await loadModel(tinyModelFolder(), { engine });
  const { prefixIds, members } = await scoringMembers(model, batchSize, controls);
  const scorer = await createPackedScorer(model, { prefixIds, batchSize, branches: controls });
  return {
    name,
    batchSize,
    run: () => scorer.score(members),
    close: async () => {
      await scorer.release();
      await model.release();
      await engine.dispose();
    },
  };
}

async function optimiseWithDefaults(embeddings: number) {
  const engine = await createEngine();
  const model = await loadModel(tinyModelFolder(), { engine });
  const folder = await mkdtemp(join(tmpdir(), 'sea-bench-'));
  try {
    const summary = await optimizeEmbeddings({
      model,
      samples: hazardSamples(embeddings),
      out: join(folder, 'run'),
    });
    return {
      scoresPerEmbedding: summary.meanSteps + 1,
      secondsPerEmbedding: summary.session.secondsPerEmbedding,
      verified: summary.verified,
      total: summary.total,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await model.release();
    await engine.dispose();
  }
}
