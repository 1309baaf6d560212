import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTerminalProgress, ProgressMeter, type ProgressListener } from '@sea-align/core';
import type { LayerProgress } from '@sea-align/mllm';
import { figure, type BenchReport } from './bench-report.js';
import { gigabytes, largeCheckpoint, type LargeCheckpoint } from './large-checkpoint.js';
import { largeShapes, withLayers, type LargeShape, type LargeShapeName } from './large-shapes.js';
import type { LargeStage, LargeStageName, LargeStep, LargeStepRequest } from './large-step.js';
import { largeStepInProcess } from './large-step-process.js';

export interface LargeModelsRequest {
  names: readonly LargeShapeName[];
  /** Each checkpoint is a folder in it. */
  folder: string;
  /** Leave the checkpoints there. */
  keep: boolean;
  seed: number;
  threads: number;
  layers: number | undefined;
  gradientCheckpointing: LargeStepRequest['gradientCheckpointing'];
}

/** What one model's step took. */
export interface MeasuredModel {
  name: LargeShapeName;
  checkpoint: LargeCheckpoint;
  step: LargeStep;
}

/**
 * One optimisation step of each model, one after the other, each in a process of its own.
 * @param onReport told what is measured so far after each of them: the next may fail
 */
export async function benchLargeModels(
  request: LargeModelsRequest,
  onReport: (report: BenchReport) => Promise<void>,
): Promise<BenchReport> {
  const measured: MeasuredModel[] = [];
  const { listener, finish } = createTerminalProgress();
  try {
    for (const name of request.names) {
      measured.push(await measure(name, request, listener));
      await onReport(largeModelsReport(measured, request));
    }
  } finally {
    finish();
  }
  return largeModelsReport(measured, request);
}

/** The report of what was measured. */
export function largeModelsReport(
  measured: readonly MeasuredModel[],
  { layers, threads }: Pick<LargeModelsRequest, 'layers' | 'threads'>,
): BenchReport {
  const shapes = measured.map(({ name }) => largeShapes[name].published).join(', ');
  const fewer = layers === undefined ? '' : ` with ${layers} layers in the language model`;
  return {
    id: '7b',
    title:
      layers === undefined
        ? 'One optimisation step at 7B shapes'
        : `One optimisation step at 7B width, layers: ${layers}`,
    how: [
      `\`npm run bench:7b\`: checkpoints of seeded random float16 weights in the shapes of ${shapes}${fewer}; what they answer`,
      'means nothing, what a step costs does. Each runs what `sea optimize` runs, in a process of its own with',
      `${threads} threads: loading (every byte is checked and hashed), M(blank) through the whole encoder, keys and values of the prefix,`,
      "loss and gradient of two control samples, Adam's update, then the loss of what came out. Weights stay",
      `${[...new Set(measured.map(({ step }) => step.weights))].join(' and ')} and mapped from their files. "Resident" is the kernel's`,
      'high-water mark, in which mapped pages count though they can be dropped; "anonymous" are the pages that cannot.',
    ].join(' '),
    columns: [
      'model',
      'GB on disk',
      'modality tokens',
      'load, s',
      'M(blank), s',
      'prefix, s',
      'loss and gradient, s',
      'update, s',
      'peak resident, GB',
      'peak anonymous, GB',
      'loss before, after',
    ],
    rows: measured.map(row),
    data: measured,
  };
}

async function measure(
  name: LargeShapeName,
  { folder, keep, seed, threads, layers, gradientCheckpointing }: LargeModelsRequest,
  listener: ProgressListener,
): Promise<MeasuredModel> {
  const own = join(folder, layers === undefined ? name : `${name}-${layers}-layers`);
  let writing: ProgressMeter | undefined;
  const published: LargeShape = largeShapes[name];
  const shape = layers === undefined ? published : withLayers(published, layers);
  const checkpoint = await largeCheckpoint({
    shape,
    folder: own,
    seed,
    onShard: (shards) => {
      if (writing === undefined) writing = new ProgressMeter(`${name}: write shards`, shards, listener);
      else writing.tick();
    },
  });
  try {
    const step = await largeStepInProcess({
      folder: own,
      modality: shape.modality,
      threads,
      gradientCheckpointing,
      ...stageProgress(name, listener),
    });
    return { name, checkpoint, step };
  } finally {
    // What was there before stays.
    if (!keep && !checkpoint.reused) await rm(own, { recursive: true, force: true });
  }
}

/** Progress of the stages that take long, with the time left. */
function stageProgress(
  name: string,
  listener: ProgressListener,
): Pick<LargeStepRequest, 'onStage' | 'onLayer'> {
  let stage = '';
  let meter: ProgressMeter | undefined;
  return {
    onStage(begun) {
      stage = begun;
      meter = undefined;
      listener({ stage: `${name}: ${stage}`, done: 0, total: 1 });
    },
    onLayer({ pass, layer, layers }: LayerProgress) {
      // The last look at the loss needs no backward pass.
      const once = pass === 'prefix' || stage === ('step again' satisfies LargeStageName);
      const total = once ? layers : 2 * layers - 1;
      meter ??= new ProgressMeter(`${name}: ${stage}`, total, listener);
      meter.tick(1, { message: `${pass}, layer ${layer + 1} of ${layers}` });
    },
  };
}

function row({ name, checkpoint, step }: MeasuredModel): string[] {
  const seconds = (wanted: LargeStageName): string =>
    figure(step.stages.find(({ stage }) => stage === wanted)?.seconds ?? NaN);
  const peak = (field: 'resident' | 'anonymous'): string => {
    const peaks = step.stages.flatMap((stage: LargeStage) => stage.peak?.[field] ?? []);
    return peaks.length === 0 ? 'not measured' : gigabytes(Math.max(...peaks));
  };
  return [
    largeShapes[name].published,
    `${gigabytes(checkpoint.bytes)}, ${checkpoint.shards} shards`,
    String(step.tokens),
    seconds('load'),
    seconds('encode'),
    seconds('prefix'),
    seconds('step'),
    seconds('update'),
    peak('resident'),
    peak('anonymous'),
    step.losses.map((loss) => loss.toFixed(2)).join(', '),
  ];
}
