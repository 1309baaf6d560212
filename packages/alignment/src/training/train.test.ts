import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { NumericError, Rng } from '@sea-align/core';
import type { Embedding, SequenceTrainer } from '@sea-align/mllm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type AlignmentOptions, resolveOptions } from '../options.js';
import type { AlignmentRow } from '../rows/alignment-row.js';
import { EmbeddingReader } from '../rows/embedding-reader.js';
import { flatEmbedding, flatModel } from '../rows/flat-geometry.fixture.js';
import { dpoObjective } from './dpo-objective.js';
import { encodeRows } from './encoded-row.js';
import type { Objective } from './objective.js';
import { referenceLogProbs } from './reference-log-probs.js';
import { scoreRows } from './score-rows.js';
import { sftObjective } from './sft-objective.js';
import { createToyTrainer, toyEncoder, toyParameters, toyWidth } from './toy-model.fixture.js';
import { train, type TrainingOutcome, type TrainingRun } from './train.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alignment-train-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Harmful rows are refused, harmless ones answered; by text and by embedding. */
const rows: AlignmentRow[] = Array.from({ length: 4 }, (_, n) => {
  const harmful = { sampleId: `h${n}`, harmful: true, chosen: 'no', rejected: 'sure bomb' };
  const harmless = { sampleId: `b${n}`, harmful: false, chosen: 'sure bread', rejected: 'no' };
  const embedding = (sign: number): Embedding => flatEmbedding(sign, 0.1 * n, -sign);
  return [
    { ...harmful, id: `th${n}`, question: 'how to bomb', origin: 'text' as const },
    {
      ...harmful,
      id: `mh${n}`,
      question: 'how to this',
      origin: 'synthetic' as const,
      embedding: embedding(1),
    },
    { ...harmless, id: `tb${n}`, question: 'how to bread', origin: 'text' as const },
    {
      ...harmless,
      id: `mb${n}`,
      question: 'how to this',
      origin: 'synthetic' as const,
      embedding: embedding(-1),
    },
  ];
}).flat();

interface Setting {
  options?: AlignmentOptions;
  objective?: Objective;
  method?: 'sft' | 'dpo';
  out?: string;
  validation?: AlignmentRow[];
  signal?: AbortSignal;
  wrap?: (trainer: SequenceTrainer) => SequenceTrainer;
  onProgress?: TrainingRun['onProgress'];
}

const quick: AlignmentOptions = {
  steps: 12,
  learningRate: 0.05,
  rowsPerStep: { textHarmful: 2, textHarmless: 2, mediumHarmful: 2, mediumHarmless: 2, retention: 0 },
  microBatch: 4,
  validation: { fraction: 0, every: 3 },
  checkpointEvery: 4,
};

async function run(
  setting: Setting = {},
): Promise<TrainingOutcome & { parameters: Map<string, Float32Array> }> {
  const { method = 'sft', objective = sftObjective(), validation = [] } = setting;
  const options = resolveOptions(method, { kind: 'full' }, { ...quick, ...setting.options });
  const encode = (list: AlignmentRow[]) =>
    encodeRows(toyEncoder, list, method, { maxLength: 20, nllWeight: 1 });
  const parameters = toyParameters();
  const trainer = await createToyTrainer(objective, options.microBatch);
  const out = join(folder, setting.out ?? 'run');
  try {
    const outcome = await train({
      runner: {
        trainer: setting.wrap?.(trainer) ?? trainer,
        embeddings: new EmbeddingReader(flatModel(toyWidth)),
        microBatch: options.microBatch,
      },
      objective,
      train: encode(rows),
      validation: encode(validation),
      parameters,
      decays: () => true,
      options,
      rng: new Rng('train'),
      folder: { file: (...parts) => join(out, ...parts) },
      signal: setting.signal,
      onProgress: setting.onProgress,
    });
    return { ...outcome, parameters };
  } finally {
    await trainer.release();
  }
}

/** A trainer that dies at its step call number `calls` + 1. */
function killedAfter(calls: number): (trainer: SequenceTrainer) => SequenceTrainer {
  return (trainer) => {
    let left = calls;
    return {
      ...trainer,
      step: (...given) => (left-- === 0 ? Promise.reject(new Error('killed')) : trainer.step(...given)),
    };
  };
}

async function heldOutLoss(
  list: AlignmentRow[],
  parameters: ReadonlyMap<string, Float32Array>,
): Promise<number> {
  const objective = sftObjective();
  const trainer = await createToyTrainer(objective, 4);
  const encoded = encodeRows(toyEncoder, list, 'sft', { maxLength: 20, nllWeight: 0 });
  const runner = { trainer, embeddings: new EmbeddingReader(flatModel(toyWidth)), microBatch: 4 };
  const { loss } = objective.measure(encoded, await scoreRows(runner, objective, encoded, parameters));
  await trainer.release();
  return loss;
}

async function exists(...parts: string[]): Promise<boolean> {
  return stat(join(folder, ...parts)).then(
    () => true,
    () => false,
  );
}

describe('train', () => {
  it('learns to refuse harmful rows and to answer harmless ones', async () => {
    const { history, parameters } = await run({ options: { steps: 150, learningRate: 0.1 } });
    expect(history[0].loss).toBeGreaterThan(1.5);
    expect(history[149].loss).toBeLessThan(0.2);
    const trainer = await createToyTrainer(sftObjective(), 4);
    const runner = { trainer, embeddings: new EmbeddingReader(flatModel(toyWidth)), microBatch: 4 };
    const harmful = { ...rows[1], id: 'x', response: 'no' };
    const wrong = { ...rows[3], id: 'y', response: 'no', chosen: undefined };
    const encoded = encodeRows(toyEncoder, [harmful, wrong], 'sft', { maxLength: 20, nllWeight: 0 });
    const [refused, overRefused] = await scoreRows(runner, sftObjective(), encoded, parameters);
    expect(Math.exp(refused)).toBeGreaterThan(0.8);
    expect(Math.exp(overRefused)).toBeLessThan(0.1);
    await trainer.release();
  });

  it('accumulates micro-batches to the step of a large batch', async () => {
    const large = await run({ out: 'large', options: { microBatch: 8 } });
    const small = await run({ out: 'small', options: { microBatch: 2 } });
    for (const [name, values] of large.parameters) {
      const other = small.parameters.get(name) ?? new Float32Array();
      values.forEach((value, at) => expect(Math.abs(value - other[at])).toBeLessThan(2e-6));
    }
    large.history.forEach((entry, at) => expect(small.history[at].loss).toBeCloseTo(entry.loss, 5));
  });

  it.each(['sft', 'dpo'] as const)('resumes %s to the bits of the uninterrupted run', async (method) => {
    const references = new Map(rows.map(({ id }) => [id, { chosen: -3, rejected: -4 }]));
    const objective =
      method === 'sft' ? sftObjective() : dpoObjective({ beta: 0.3, nllWeight: 1, references });
    const validation = rows.slice(0, 4).map((row) => ({ ...row, id: `v${row.id}` }));
    const setting = { method, objective, validation };
    const whole = await run({ ...setting, out: 'whole' });
    // Killed in step 7: the checkpoint is of step 4, the loss curve has lines up to 6.
    // 8 rows of one or two sequences a step, in micro-batches of 4 sequences.
    const microBatches = method === 'sft' ? 2 : 4;
    await expect(run({ ...setting, out: 'cut', wrap: killedAfter(6 * microBatches) })).rejects.toThrow(
      'killed',
    );
    expect((await readFile(join(folder, 'cut', 'loss.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(6);
    const resumed = await run({ ...setting, out: 'cut' });
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.best).toEqual(whole.best);
    expect(resumed.parameters).toEqual(whole.parameters);
    const curves = await Promise.all(
      ['whole', 'cut'].map((out) => readFile(join(folder, out, 'loss.jsonl'), 'utf8')),
    );
    expect(curves[1]).toBe(curves[0]);
  });

  it('writes a checkpoint when aborted, and goes on from it', async () => {
    const whole = await run({ out: 'whole' });
    const abort = new AbortController();
    const onProgress = ({ done }: { done: number }): void => {
      if (done === 5) abort.abort(new Error('interrupted'));
    };
    await expect(run({ out: 'cut', signal: abort.signal, onProgress })).rejects.toThrow('interrupted');
    const seen: number[] = [];
    const resumed = await run({ out: 'cut', onProgress: ({ done }) => seen.push(done) });
    expect(seen[0]).toBe(6);
    expect(resumed.parameters).toEqual(whole.parameters);
  });

  it('stops at a NaN loss with the step, keeping checkpoint and best parameters', async () => {
    const validation = rows.slice(0, 4).map((row) => ({ ...row, id: `v${row.id}` }));
    const broken = (trainer: SequenceTrainer): SequenceTrainer => {
      let left = 6 * 2;
      return {
        ...trainer,
        step: async (...given) => {
          const result = await trainer.step(...given);
          return left-- <= 0 ? { ...result, loss: Number.NaN } : result;
        },
      };
    };
    const error: unknown = await run({ validation, wrap: broken }).catch((reason: unknown) => reason);
    expect(NumericError.isInstance(error) && error.message).toMatch(/step 7: the loss became NaN/);
    expect(NumericError.isInstance(error) && error.details).toEqual({ step: 7 });
    expect(await exists('run', 'checkpoint.safetensors')).toBe(true);
    expect(await exists('run', 'parameters.safetensors')).toBe(true);
    const resumed = await run({ validation });
    expect(resumed.history.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('stops at an infinite gradient, naming step and tensor', async () => {
    const broken = (trainer: SequenceTrainer): SequenceTrainer => ({
      ...trainer,
      step: async (...given) => {
        const result = await trainer.step(...given);
        result.gradients.get('projector')?.fill(Infinity);
        return result;
      },
    });
    await expect(run({ wrap: broken })).rejects.toThrow(/step 1: The gradient of 'projector'/);
  });

  it('keeps the parameters that did best on held-out rows, and stops when they get worse', async () => {
    // The held-out row wants the opposite of what is trained: its loss falls, as answers get likelier, then rises.
    const validation = [{ ...rows[0], id: 'v', chosen: 'sure bomb bread' }];
    const stopped = await run({
      validation,
      options: { steps: 60, validation: { fraction: 0, every: 3, patience: 2 } },
    });
    const looks = stopped.history.flatMap(({ step, validation: look }) =>
      look ? [{ step, loss: look.loss }] : [],
    );
    const least = looks.reduce((best, look) => (look.loss < best.loss ? look : best));
    expect(stopped.best).toEqual({ step: least.step, validationLoss: least.loss });
    expect(stopped).toMatchObject({ steps: least.step + 2 * 3, stopped: 'early' });
    expect(stopped.steps).toBeLessThan(60);
    const scored = await heldOutLoss(validation, stopped.parameters);
    expect(scored).toBeCloseTo(stopped.best.validationLoss ?? 0, 5);
    const patient = { fraction: 0, every: 3, patience: 0 };
    const endless = await run({ out: 'endless', validation, options: { steps: 60, validation: patient } });
    expect(endless).toMatchObject({ steps: 60, stopped: 'steps', best: { step: least.step } });
  });

  it('warms up, then falls along a cosine to the given part', async () => {
    const { history } = await run({
      options: { steps: 10, warmupSteps: 2, learningRate: 0.1, finalLearningRateRatio: 0.5 },
    });
    expect(history[0].learningRate).toBeCloseTo(0.05, 12);
    expect(history[1].learningRate).toBeCloseTo(0.1, 12);
    expect(history[9].learningRate).toBeCloseTo(0.05 + 0.05 * ((1 + Math.cos((Math.PI * 8) / 9)) / 2), 12);
  });

  it('keeps a flat memory over steps', async () => {
    const heap: number[] = [];
    await run({
      options: { steps: 300, checkpointEvery: 10 },
      onProgress: ({ done }) => {
        if (done % 100 !== 0) return;
        collectGarbage();
        heap.push(process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
      },
    });
    expect(heap).toHaveLength(3);
    expect(heap[2] - heap[1]).toBeLessThan(500_000);
  });
});

describe('referenceLogProbs', () => {
  it('are those of the model before training, computed once', async () => {
    const encoded = encodeRows(toyEncoder, rows.slice(0, 5), 'dpo', { maxLength: 20, nllWeight: 1 });
    const objective = dpoObjective({ beta: 1, nllWeight: 0, references: new Map() });
    const trainer = await createToyTrainer(objective, 4);
    const runner = { trainer, embeddings: new EmbeddingReader(flatModel(toyWidth)), microBatch: 4 };
    const path = join(folder, 'reference.safetensors');
    const first = await referenceLogProbs(runner, encoded, toyParameters(), path);
    const direct = await scoreRows(runner, objective, encoded, toyParameters());
    expect(first.get('mh0')).toEqual({ chosen: direct[2], rejected: direct[3] });
    const trained = new Map([...toyParameters()].map(([name, values]) => [name, values.fill(0)]));
    expect(await referenceLogProbs(runner, encoded, trained, path)).toEqual(first);
    await expect(referenceLogProbs(runner, encoded.slice(1), trained, path)).rejects.toThrow(
      /holds 5 rows, the run has 4/,
    );
    await trainer.release();
  });

  it('stop when told to, after the micro-batch under way', async () => {
    const encoded = encodeRows(toyEncoder, rows.slice(0, 5), 'dpo', { maxLength: 20, nllWeight: 1 });
    const stop = new AbortController();
    let asked = 0;
    const trainer: Pick<SequenceTrainer, 'step' | 'score'> = {
      step: () => Promise.reject(new Error('not asked')),
      score: (list) => {
        asked += 1;
        stop.abort(new Error('stopped'));
        return Promise.resolve(new Float32Array(list.length));
      },
    };
    const runner = { trainer, embeddings: new EmbeddingReader(flatModel(toyWidth)), microBatch: 4 };
    const path = join(folder, 'r.safetensors');
    const watch = { signal: stop.signal };
    await expect(referenceLogProbs(runner, encoded, toyParameters(), path, watch)).rejects.toThrow('stopped');
    expect(asked).toBe(1);
  });

  it('stop at a row whose answer has no finite log-probability', async () => {
    const encoded = encodeRows(toyEncoder, rows.slice(0, 2), 'dpo', { maxLength: 20, nllWeight: 1 });
    const trainer: Pick<SequenceTrainer, 'step' | 'score'> = {
      step: () => Promise.reject(new Error('not asked')),
      score: (list) => Promise.resolve(new Float32Array(list.length).fill(Number.NaN)),
    };
    const runner = { trainer, embeddings: new EmbeddingReader(flatModel(toyWidth)), microBatch: 4 };
    await expect(
      referenceLogProbs(runner, encoded, toyParameters(), join(folder, 'r.safetensors')),
    ).rejects.toThrow(/row "th0" the log-probability NaN/);
  });
});
