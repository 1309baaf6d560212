import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, Graph, matmul, sum, type Engine, type EngineOptions } from '@sea-align/compute';
import { EngineError } from '@sea-align/core';
import { createPackedScorer, loadModel } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { agreement, assertAgreement, gpuTolerance, type Agreement } from './gpu-agreement.js';
import { gpuFacts, refusal, type GpuFacts } from './gpu-facts.js';
import { interleave } from './interleaved.js';
import { operationTimes, readProfile } from './ort-profile.js';
import { optimise } from './sea-steps.js';
import { median } from './statistics.js';
import { tokenWorkload } from './token-workload.js';

/** What a step is measured on. */
export interface GpuModel {
  name: string;
  folder: string;
  modality?: string;
}

export interface GpuStepOptions {
  device: 'cuda' | 'webgpu';
  precision: EngineOptions['precision'];
  batch: number;
  /** Updates that an embedding takes. */
  updates: number;
  repeats: number;
}

const side = 2048;

/**
 * What is known of the device once a small model was scored on it.
 * @param small a checkpoint of few layers, narrow or not
 * @throws EngineError if the device must not be reported as a GPU, or does not compute as the CPU does
 */
export async function examineGpu(
  { device, precision }: Pick<GpuStepOptions, 'device' | 'precision'>,
  small: () => Promise<GpuModel>,
): Promise<{ facts: GpuFacts; errors: Agreement; description: string }> {
  const profileFolder = await mkdtemp(join(tmpdir(), 'sea-bench-gpu-'));
  const refuse = (reason: string): never => {
    throw new EngineError(`No GPU: ${reason}. Nothing is reported.`, {
      hint: '`sea doctor` says which devices were found.',
    });
  };
  let engine: Engine | undefined;
  try {
    engine = await createEngine({ backend: 'onnxruntime-node', device, precision, profileFolder });
    // The engine has computed something, so the driver is loaded.
    const facts = await gpuFacts(device);
    if (facts.software !== undefined)
      return refuse(refusal({ device, software: facts.software, times: [], product: { gpu: 0, cpu: 0 } })!);
    const product = { gpu: await productTime(engine), cpu: await cpuProductTime() };
    const { folder, modality } = await small();
    const errors = await agreement(engine, folder, modality);
    const times = operationTimes(await readProfile(profileFolder, 'packed 1'), 2);
    const against = refusal({ device, software: undefined, times, product });
    if (against !== undefined) refuse(against);
    assertAgreement(errors, device);
    return { facts, errors, description: engine.describe() };
  } finally {
    await engine?.dispose();
    await rm(profileFolder, { recursive: true, force: true });
  }
}

async function cpuProductTime(): Promise<number> {
  const cpu = await createEngine({ backend: 'onnxruntime-node', device: 'cpu' });
  try {
    return await productTime(cpu);
  } finally {
    await cpu.dispose();
  }
}

/** Milliseconds of one large product, copying its operands to the device included. */
async function productTime(engine: Engine): Promise<number> {
  const graph = new Graph();
  graph.output('y', sum(matmul(graph.input('a', [side, side]), graph.input('b', [side, side]))));
  const session = await engine.compile(graph, { label: 'large product' });
  const a = new Float32Array(side * side).map((_, at) => Math.sin(at));
  const [{ median: time }] = await interleave([{ name: 'product', run: () => session.run({ a, b: a }) }], 5);
  await session.release();
  return time;
}

/** Times of a whole embedding, or of a batch of them. */
export interface StepTimes {
  name: string;
  weights: string;
  tokens: number;
  /** Seconds of each repeat. */
  seconds: number[];
  /** Loss before the first and after the last update, of the first embedding. */
  losses: readonly [before: number, after: number];
}

/** Optimises embeddings of random targets, all updates of it, several times. */
export async function timeSteps(
  engine: Engine,
  { name, folder, modality }: GpuModel,
  { batch, updates, repeats }: Pick<GpuStepOptions, 'batch' | 'updates' | 'repeats'>,
): Promise<StepTimes> {
  const model = await loadModel(folder, { engine, ...(modality !== undefined && { modality }) });
  try {
    const workload = await tokenWorkload(model, batch);
    const { prefixIds } = workload;
    const scorer = await createPackedScorer(model, { prefixIds, batchSize: batch, branches: 2 });
    // Compiles, and uploads the weights.
    const [before] = await optimise(scorer, workload, batch, 0);
    const seconds: number[] = [];
    let after = NaN;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now();
      [after] = await optimise(scorer, workload, batch, updates);
      seconds.push((performance.now() - start) / 1000);
    }
    await scorer.release();
    const weights = model.weights.storage(`${model.config.names.root}.layers.0.self_attn.q_proj.weight`);
    return { name, weights, tokens: model.geometry.tokens, seconds, losses: [before, after] };
  } finally {
    await model.release();
  }
}

/** Steps per second and seconds per embedding of models on a GPU. */
export async function benchGpuSteps(
  options: GpuStepOptions,
  small: () => Promise<GpuModel>,
  models: readonly (() => Promise<GpuModel>)[],
): Promise<BenchReport> {
  const { device, precision, batch, updates, repeats } = options;
  const { facts, errors, description } = await examineGpu(options, small);
  const engine = await createEngine({ backend: 'onnxruntime-node', device, precision });
  const measured: StepTimes[] = [];
  try {
    for (const model of models) measured.push(await timeSteps(engine, await model(), options));
  } finally {
    await engine.dispose();
  }
  return {
    id: 'gpu',
    title: 'Optimisation steps on a GPU',
    how:
      `\`npm run bench:gpu\` on ${facts.name ?? `a GPU whose name nothing told (${device})`}, ${description}. A step is the loss and gradient of ${batch} ` +
      `embedding${batch === 1 ? '' : 's'} with two control samples (15 tokens of question, 16 of answer, random ids) and Adam's update on the host; an ` +
      `embedding takes ${updates} of them and one more look at the loss. Medians of ${repeats} repeats of the whole embedding, ` +
      `weights uploaded before. Random weights in published shapes: what they answer means nothing. Before, two layers of the first model were ` +
      `scored there and on the CPU in float32: the losses were ${errors.loss.toExponential(1)} apart (at most ${gpuTolerance.loss}), the ` +
      `gradients ${errors.gradient.toExponential(1)} (at most ${gpuTolerance.gradient}), and every matrix product ran on the GPU.`,
    columns: [
      'model',
      'weights',
      'modality tokens',
      'ms per step',
      'steps per second',
      'seconds per embedding',
    ],
    rows: measured.map(({ name, weights, tokens, seconds }) => {
      const time = median(seconds);
      const step = time / (updates + 1);
      return [name, weights, String(tokens), figure(1000 * step), figure(1 / step), figure(time / batch)];
    }),
    data: { device, gpu: facts.name ?? null, errors, batch, updates, measured },
  };
}
