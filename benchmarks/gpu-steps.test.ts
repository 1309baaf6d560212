import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreement, assertAgreement } from './gpu-agreement.js';
import { examineGpu, timeSteps } from './gpu-steps.js';
import { largeCheckpoint } from './large-checkpoint.js';
import { smallLlava } from './small-llava.fixture.js';

describe('on the CPU, as there is no GPU to be counted on', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sea-gpu-'));
    await largeCheckpoint({ shape: smallLlava, folder: join(folder, 'small'), seed: 1 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const small = () => ({ name: 'small', folder: join(folder, 'small'), modality: 'image' });

  it('whole embeddings are optimised and timed', async () => {
    const engine = await createEngine({ backend: 'onnxruntime-node', device: 'cpu' });
    const times = await timeSteps(engine, small(), { batch: 2, updates: 30, repeats: 3 });
    await engine.dispose();
    expect(times).toMatchObject({ name: 'small', tokens: 4 });
    expect(times.seconds).toHaveLength(3);
    expect(times.seconds.every((value) => value > 0)).toBe(true);
    // The targets are random, so little is to be gained; but what was timed did optimise.
    expect(times.losses[1]).toBeLessThan(times.losses[0]);
  });

  it('an engine agrees with itself', async () => {
    const engine = await createEngine({ backend: 'onnxruntime-node', device: 'cpu' });
    const { folder: path, modality } = small();
    const errors = await agreement(engine, path, modality);
    await engine.dispose();
    expect(errors.loss).toBeLessThan(1e-6);
    expect(errors.gradient).toBeLessThan(1e-5);
    expect(() => assertAgreement(errors, 'cuda')).not.toThrow();
  });
});

it.each([
  { loss: 0.01, gradient: 0.001 },
  { loss: 0.001, gradient: 0.1 },
  { loss: NaN, gradient: 0.001 },
  { loss: 0.001, gradient: NaN },
])('errors of %j are over the tolerance', (errors) => {
  expect(() => assertAgreement(errors, 'webgpu')).toThrow(/webgpu does not agree with the CPU/);
});

/** As in packages/compute: a device that is there. */
const device = process.env.SEA_TEST_GPU;

it.skipIf(device !== 'webgpu')('software that poses as a GPU is refused', { timeout: 600_000 }, async () => {
  const never = (): never => {
    throw new Error('nothing is to be measured');
  };
  await expect(examineGpu({ device: 'webgpu', precision: 'auto' }, never)).rejects.toThrow(
    /No GPU: webgpu is (SwiftShader|llvmpipe).*Nothing is reported/,
  );
});
