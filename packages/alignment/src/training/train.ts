import { AdamW, clipByGlobalNorm, learningRateSchedule } from '@sea-align/compute';
import {
  JsonlLog,
  NumericError,
  ProgressMeter,
  type ProgressListener,
  Rng,
  type RunFolder,
  writeJsonl,
} from '@sea-align/core';

import { BatchPlan } from '../batches/batch-plan.js';
import { cutMicroBatches } from '../batches/micro-batches.js';
import type { ResolvedOptions } from '../options.js';
import {
  readCheckpoint,
  readParameters,
  type TrainingProgress,
  writeCheckpoint,
  writeParameters,
} from './checkpoint.js';
import type { EncodedRow } from './encoded-row.js';
import { type HistoryEntry, historyEntrySchema } from './history.js';
import type { Objective } from './objective.js';
import { type RowRunner, scoreRows, sequencesOf } from './score-rows.js';

/** A training run; everything that decides its result is here. */
export interface TrainingRun {
  runner: RowRunner;
  objective: Objective;
  train: readonly EncodedRow[];
  validation: readonly EncodedRow[];
  /** Start values; updated in place, the chosen ones at the end. */
  parameters: Map<string, Float32Array>;
  /** Parameters that weight decay applies to. */
  decays: (name: string) => boolean;
  options: ResolvedOptions;
  rng: Rng;
  folder: Pick<RunFolder, 'file'>;
  onProgress?: ProgressListener;
  signal?: AbortSignal;
}

/** How a training run ended. */
export interface TrainingOutcome {
  history: HistoryEntry[];
  /** Steps done. */
  steps: number;
  /** `early`: the held-out loss had stopped falling. */
  stopped: 'steps' | 'early';
  /** Which step's parameters were kept; with its held-out loss where rows were held out. */
  best: { step: number; validationLoss?: number };
}

/** Files of a run, in its folder. */
export const trainingFiles = {
  history: 'loss.jsonl',
  checkpoint: 'checkpoint.safetensors',
  parameters: 'parameters.safetensors',
  /** DPO: log-probabilities under the model before training. */
  reference: 'reference.safetensors',
} as const;

/**
 * Minimises the objective with AdamW, accumulating each step's gradient over micro-batches; looks at held-out rows, keeps
 * the parameters that did best there, and stops early when they no longer get better. Goes on from the folder's
 * checkpoint if there is one, to the same result as without the interruption.
 *
 * @throws NumericError with the step when loss or gradient is not finite: the last checkpoint and the best parameters stay
 * as they are. DiskError. The signal's reason when aborted, after writing a checkpoint.
 */
export async function train(run: TrainingRun): Promise<TrainingOutcome> {
  const { options, parameters, folder } = run;
  const optimizer = new AdamW({
    learningRate: options.learningRate,
    beta1: options.beta1,
    beta2: options.beta2,
    eps: options.eps,
    weightDecay: options.weightDecay,
    decayFilter: run.decays,
  });
  const checkpointPath = folder.file(trainingFiles.checkpoint);
  const restored = await readCheckpoint(checkpointPath, parameters, optimizer);
  const rng = restored === undefined ? run.rng : Rng.fromState(restored.rng);
  const plan = new BatchPlan(
    run.train.map(({ row }) => row),
    options.rowsPerStep,
    rng,
  );
  const rate = learningRateSchedule({
    kind: options.schedule,
    warmupSteps: options.warmupSteps,
    // Steps count from 1, so that no step is spent at rate 0 and the last is not at the floor already.
    totalSteps: options.steps + 1,
    base: options.learningRate,
    min: options.learningRate * options.finalLearningRateRatio,
  });
  const progress: TrainingProgress = restored ?? { step: 0, rng: rng.state(), looksSinceBest: 0 };
  const save = (): Promise<void> => writeCheckpoint(checkpointPath, parameters, optimizer, progress);
  const log = await openHistory(folder.file(trainingFiles.history), progress.step);
  const meter = new ProgressMeter('train', options.steps, run.onProgress, { alreadyDone: progress.step });
  const gradient = new Map([...parameters].map(([name, { length }]) => [name, new Float32Array(length)]));

  try {
    let early = patienceIsUsedUp(progress, options);
    while (progress.step < options.steps && !early) {
      if (run.signal?.aborted === true) {
        await save();
        run.signal.throwIfAborted();
      }
      const step = progress.step + 1;
      const rows = plan.batch(progress.step).map((index) => run.train[index]);
      const measured = await accumulate(run, rows, gradient, step);
      const gradientNorm = clip(gradient, options.maxGradientNorm, step);
      const learningRate = rate(step);
      optimizer.step(parameters, gradient, learningRate);
      progress.step = step;

      const entry: HistoryEntry = {
        step,
        loss: measured.loss,
        learningRate,
        gradientNorm,
        metrics: measured.metrics,
      };
      if (run.validation.length > 0 && (step % options.validation.every === 0 || step === options.steps)) {
        entry.validation = await look(run, step);
        early = await keepBest(run, progress, entry.validation.loss);
      }
      await log.append(entry);
      meter.tick(1, { metrics: figures(entry) });
      if (options.checkpointEvery > 0 && step % options.checkpointEvery === 0) await save();
    }
    const best = await chooseParameters(run, progress);
    return { history: log.entries, steps: progress.step, stopped: early ? 'early' : 'steps', best };
  } finally {
    await log.close();
  }
}

/** The step's loss and, in `gradient`, its gradient: sums over the micro-batches. */
async function accumulate(
  run: TrainingRun,
  rows: readonly EncodedRow[],
  gradient: ReadonlyMap<string, Float32Array>,
  step: number,
): Promise<{ loss: number; metrics: Record<string, number> }> {
  const { objective, runner, parameters } = run;
  const perMicroBatch = Math.floor(runner.microBatch / objective.sequencesPerRow);
  const microBatches = cutMicroBatches(rows, perMicroBatch);
  const feeds = objective.feeds(microBatches, perMicroBatch);
  for (const sum of gradient.values()) sum.fill(0);
  let loss = 0;
  const logProbs: number[] = [];
  for (const [index, batch] of microBatches.entries()) {
    const sequences = await sequencesOf(batch, objective, runner.embeddings);
    const result = await runner.trainer.step(sequences, parameters, feeds[index]);
    loss += result.loss;
    logProbs.push(...result.rowLogProb);
    for (const [name, sum] of gradient) {
      const part = result.gradients.get(name);
      if (part === undefined) continue;
      for (let i = 0; i < sum.length; i++) sum[i] += part[i];
    }
  }
  if (!Number.isFinite(loss)) throw notFinite(step, `the loss became ${loss}`);
  return { loss, metrics: objective.measure(microBatches.flat(), logProbs).metrics };
}

function clip(gradient: ReadonlyMap<string, Float32Array>, max: number, step: number): number {
  try {
    return clipByGlobalNorm(gradient, max);
  } catch (error) {
    if (NumericError.isInstance(error)) throw notFinite(step, error.message, error);
    throw error;
  }
}

/** The objective on the held-out rows. */
async function look(run: TrainingRun, step: number): Promise<NonNullable<HistoryEntry['validation']>> {
  const logProbs = await scoreRows(run.runner, run.objective, run.validation, run.parameters);
  const measured = run.objective.measure(run.validation, logProbs);
  if (!Number.isFinite(measured.loss)) throw notFinite(step, `the held-out loss became ${measured.loss}`);
  return measured;
}

/** Keeps the parameters if they are the best yet. @returns whether patience is used up */
async function keepBest(
  run: TrainingRun,
  progress: TrainingProgress,
  validationLoss: number,
): Promise<boolean> {
  const { minImprovement } = run.options.validation;
  if (progress.best === undefined || validationLoss < progress.best.validationLoss - minImprovement) {
    await writeParameters(run.folder.file(trainingFiles.parameters), run.parameters, progress.step);
    progress.best = { step: progress.step, validationLoss };
    progress.looksSinceBest = 0;
  } else {
    progress.looksSinceBest++;
  }
  return patienceIsUsedUp(progress, run.options);
}

function patienceIsUsedUp(
  progress: TrainingProgress,
  { validation: { patience } }: ResolvedOptions,
): boolean {
  return patience > 0 && progress.looksSinceBest >= patience;
}

/** Leaves the kept parameters in `run.parameters` and in the folder. */
async function chooseParameters(
  run: TrainingRun,
  progress: TrainingProgress,
): Promise<TrainingOutcome['best']> {
  const path = run.folder.file(trainingFiles.parameters);
  if (progress.best === undefined) {
    await writeParameters(path, run.parameters, progress.step);
    return { step: progress.step };
  }
  if (progress.best.step !== progress.step) await readParameters(path, run.parameters);
  return progress.best;
}

/** Opens the loss curve without the lines of steps that will be done again. */
async function openHistory(path: string, step: number): Promise<JsonlLog<HistoryEntry>> {
  const log = await JsonlLog.open(path, historyEntrySchema);
  if (log.entries.every((entry) => entry.step <= step)) return log;
  await log.close();
  await writeJsonl(
    path,
    log.entries.filter((entry) => entry.step <= step),
  );
  return JsonlLog.open(path, historyEntrySchema);
}

function figures(entry: HistoryEntry): Record<string, number> {
  return {
    loss: entry.loss,
    learningRate: entry.learningRate,
    gradientNorm: entry.gradientNorm,
    ...entry.metrics,
    ...(entry.validation === undefined ? {} : { validationLoss: entry.validation.loss }),
  };
}

function notFinite(step: number, problem: string, cause?: unknown): NumericError {
  return new NumericError(`Alignment stopped at step ${step}: ${problem}.`, {
    hint: 'Lower learningRate or raise warmupSteps and start anew; the last checkpoint and the best parameters are kept.',
    details: { step },
    cause,
  });
}
