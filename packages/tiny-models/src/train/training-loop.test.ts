import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NumericError, RunFolderError } from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runTraining, type TrainingLoop } from './training-loop.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiny-training-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Minimises |x - target|² / 2, whose gradient is x - target; the target wanders with the step's number. */
function parabola(overrides: Partial<TrainingLoop> = {}): TrainingLoop {
  return {
    name: 'parabola',
    steps: 60,
    warmupSteps: 5,
    learningRate: 0.1,
    weightDecay: 0,
    saveEvery: 20,
    initial: new Map([['x.weight', Float32Array.of(0, 0, 0)]]),
    stateFile: join(folder, 'state.safetensors'),
    curveFile: join(folder, 'curve.jsonl'),
    step: async (step, params) => {
      const target = [1 + 0.1 * Math.sin(step), -1, 2];
      const gradient = (params.get('x.weight') ?? new Float32Array()).map((x, i) => x - target[i]);
      const loss = gradient.reduce((sum, each) => sum + each * each, 0) / 2;
      return { loss, gradients: new Map([['x.weight', gradient]]) };
    },
    ...overrides,
  };
}

const curve = async (): Promise<{ step: number; loss: number }[]> =>
  (await readFile(join(folder, 'curve.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('runTraining', () => {
  it('reaches the minimum of a parabola', async () => {
    const trained = await runTraining(parabola({ steps: 300 }));
    const [x, y, z] = trained.get('x.weight') ?? [];
    expect(x).toBeCloseTo(1, 1);
    expect(y).toBeCloseTo(-1, 2);
    expect(z).toBeCloseTo(2, 2);
  });

  it('gives, interrupted and resumed, the very same weights and curve as in one go', async () => {
    const whole = await runTraining(parabola());
    const wholeCurve = await curve();
    expect(wholeCurve.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    await rm(join(folder, 'state.safetensors'));

    const interruption = new AbortController();
    const cut = parabola({ signal: interruption.signal });
    const interrupted = runTraining({
      ...cut,
      step: (step, params) => {
        if (step === 33) interruption.abort(new Error('stop'));
        return cut.step(step, params);
      },
    });
    await expect(interrupted).rejects.toThrow('stop');
    expect((await curve()).length).toBe(34);

    const steps: number[] = [];
    const rest = parabola();
    const resumed = await runTraining({
      ...rest,
      step: (step, params) => {
        steps.push(step);
        return rest.step(step, params);
      },
    });
    expect(steps[0]).toBe(34);
    expect(resumed).toEqual(whole);
    expect(await curve()).toEqual(wholeCurve);
  });

  it('stops at a loss that is not a number, naming the step', async () => {
    const sound = parabola();
    const broken = parabola({
      step: async (step, params) => ({
        ...(await sound.step(step, params)),
        ...(step === 7 && { loss: NaN }),
      }),
    });
    await expect(runTraining(broken)).rejects.toThrow(NumericError);
    await expect(runTraining(broken)).rejects.toThrow(/step 7/);
  });

  it('refuses the state of another stage', async () => {
    await runTraining(parabola());
    const other = parabola({ initial: new Map([['y.weight', Float32Array.of(0)]]) });
    await expect(runTraining(other)).rejects.toThrow(RunFolderError);
  });
});
