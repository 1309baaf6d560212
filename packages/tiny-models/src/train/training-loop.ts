import { AdamW, clipByGlobalNorm, learningRateSchedule } from '@sea-align/compute';
import { NumericError, ProgressMeter, readJsonl, writeJsonl, type ProgressListener } from '@sea-align/core';
import { z } from 'zod';

import { loadState, saveState } from './stage-state.js';

const pointSchema = z.strictObject({
  step: z.int(),
  loss: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
});

type Point = z.infer<typeof pointSchema>;

/** Loss and d loss / d parameter of one step. */
export interface StepResult {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

export interface TrainingLoop {
  readonly name: string;
  readonly steps: number;
  readonly warmupSteps: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly saveEvery: number;
  /** Starting values. */
  readonly initial: Map<string, Float32Array>;
  /** The state (safetensors) and the loss curve (JSONL). */
  readonly stateFile: string;
  readonly curveFile: string;
  /** Must depend on the step's number and the parameters only: that is what makes a resumed run the same run. */
  readonly step: (step: number, params: ReadonlyMap<string, Float32Array>) => Promise<StepResult>;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Gradients are scaled so that their norm over all parameters is at most this. */
const largestNorm = 1;

/** Matrices decay; norms, biases and the class token do not. */
const decays = (name: string): boolean => name.endsWith('.weight') && !/(norm\d?|ln_q)\.weight$/.test(name);

/**
 * AdamW with warm-up, cosine schedule and clipping, from the last saved state on.
 * @returns the trained parameters
 * @throws NumericError when the loss or a gradient is not finite; the signal's reason when aborted, state saved
 */
export async function runTraining(loop: TrainingLoop): Promise<Map<string, Float32Array>> {
  const optimiser = new AdamW({
    learningRate: loop.learningRate,
    weightDecay: loop.weightDecay,
    decayFilter: decays,
  });
  const saved = await loadState(loop.stateFile, loop.initial, optimiser);
  const params = saved?.params ?? loop.initial;
  const first = saved?.step ?? 0;
  const rate = learningRateSchedule({
    kind: 'cosine',
    base: loop.learningRate,
    warmupSteps: Math.min(loop.warmupSteps, loop.steps),
    totalSteps: loop.steps,
  });
  const curve = first === 0 ? [] : await readCurve(loop.curveFile, first);
  const meter = new ProgressMeter(loop.name, loop.steps, loop.onProgress, { alreadyDone: first });
  let smooth: number | undefined;
  for (let step = first; step < loop.steps; step++) {
    const { loss, gradients } = await loop.step(step, params);
    if (!Number.isFinite(loss)) {
      throw new NumericError(`${loop.name}: the loss became ${loss} at step ${step}.`, {
        hint: 'Start anew with --force and another --seed.',
      });
    }
    const gradientNorm = clipByGlobalNorm(gradients, largestNorm);
    // The first step would otherwise have rate 0.
    const learningRate = step === 0 ? rate(1) : rate(step);
    optimiser.step(params, gradients, learningRate);
    curve.push({ step, loss, learningRate, gradientNorm });
    smooth = smooth === undefined ? loss : 0.95 * smooth + 0.05 * loss;
    meter.tick(1, { metrics: { loss: smooth } });
    const done = step + 1;
    if (done % loop.saveEvery === 0 || done === loop.steps || loop.signal?.aborted) {
      await writeJsonl(loop.curveFile, curve);
      await saveState(loop.stateFile, { step: done, params }, optimiser);
    }
    loop.signal?.throwIfAborted();
  }
  return params;
}

/** The points before `step`: a run killed between its two files may have written later ones. */
async function readCurve(file: string, step: number): Promise<Point[]> {
  const points: Point[] = [];
  for await (const { value } of readJsonl(file, pointSchema)) {
    if (value.step < step) points.push(value);
  }
  return points;
}
