import { EngineError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { candidates } from './candidates.js';
import { thisMachine, type Machine } from './choose-engine.js';
import { discoverEngines, findEngines } from './discover-engines.js';
import { gpuMayBePresent } from './gpu-present.js';
import { tryProvider } from './trial-in-child.js';
import { tryEngine } from './trial.js';
import { isRight, TRIAL_SIZE, trialProduct } from './trial-product.js';

describe('the trial product', () => {
  it('has the expected entries by the definition of a product, and enough of them differ from zero', () => {
    const { feeds, expected } = trialProduct();
    for (const [row, column] of [
      [0, 0],
      [1, 2],
      [7, 300],
      [511, 511],
      [130, 77],
    ]) {
      let sum = 0;
      for (let k = 0; k < TRIAL_SIZE; k++)
        sum += feeds.a[row * TRIAL_SIZE + k] * feeds.b[k * TRIAL_SIZE + column];
      expect(expected[row * TRIAL_SIZE + column]).toBe(sum + 0);
    }
    expect(expected.filter((value) => value !== 0).length).toBeGreaterThan(expected.length / 4);
    expect(expected.every((value) => Math.abs(value) < 2 ** 24)).toBe(true);
    expect(new Set(expected).size).toBeGreaterThan(4);
  });

  it('accepts the right answer only', () => {
    const { expected } = trialProduct();
    const answer = expected.slice();
    expect(isRight(answer, expected)).toBe(true);
    answer[12345] += 1;
    expect(isRight(answer, expected)).toBe(false);
    expect(isRight(new Float32Array(expected.length), expected)).toBe(false);
    expect(isRight(expected.subarray(1), expected)).toBe(false);
    expect(isRight(new Float32Array(expected.length).fill(NaN), expected)).toBe(false);
  });
});

describe('trials', () => {
  it('runs on the native CPU in a process of its own', async () => {
    const trial = await tryProvider('cpu');
    expect(trial).toMatchObject({ computes: true });
    expect(trial.computes && trial.milliseconds).toBeGreaterThan(0);
  });

  it('reports a provider that does not exist', async () => {
    expect(await tryProvider('abacus')).toEqual({
      computes: false,
      reason: 'this build of onnxruntime-node does not have it',
    });
  });

  it('reports an engine that does not open', async () => {
    const trial = await tryEngine(() => Promise.reject(new EngineError('no such library.\nmore')));
    expect(trial).toEqual({ computes: false, reason: 'no such library' });
  });
});

describe('discoverEngines', () => {
  it('finds on this machine what the workspace installs, and really computes with it', async () => {
    const findings = await discoverEngines();
    expect(findings.map(({ backend }) => backend)).toEqual([
      'onnxruntime-node',
      'tfjs-node-gpu',
      'tfjs-node',
      'onnxruntime-web',
      'tfjs',
    ]);
    const native = findings[0];
    expect(native).toMatchObject({ engine: 'onnxruntime', found: true, usable: true });
    expect(native.version).toMatch(/^1\./);
    expect(native.devices).toContain('cpu');
    expect(native.reason).toMatch(/cpu computes \(\d+\.\d ms per 512³ product\)/);
    expect(findings[3]).toMatchObject({ found: true, usable: true, devices: ['wasm'] });
    expect(findings[4]).toMatchObject({ engine: 'tensorflow', found: true, usable: true, devices: ['cpu'] });
    for (const { usable, devices, installCommand, reason } of findings) {
      expect(usable).toBe(devices.length > 0);
      expect(installCommand).toMatch(/npm install /);
      expect(reason).not.toBe('');
    }
  });

  const load = async () => ({ version: '9.9.9', devices: ['cpu', 'cuda', 'webgpu'] });

  it('tries only what a build was made for, and marks what auto leaves aside', async () => {
    const machine: Machine = {
      ...thisMachine,
      tryCandidate: async ({ device }) =>
        device === 'cuda' ? { computes: false, reason: 'no driver' } : { computes: true, milliseconds: 2 },
    };
    const [native] = await findEngines(machine, load);
    expect(native).toEqual({
      engine: 'onnxruntime',
      backend: 'onnxruntime-node',
      found: true,
      version: '9.9.9',
      devices: ['webgpu', 'cpu'],
      usable: true,
      reason:
        'not cuda: no driver; webgpu computes (2.0 ms per 512³ product; only used when asked for); cpu computes (2.0 ms per 512³ product)',
      installCommand: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0',
      trials: [
        { device: 'cuda', onRequest: false, computes: false, reason: 'no driver' },
        { device: 'webgpu', onRequest: true, computes: true, milliseconds: 2 },
        { device: 'cpu', onRequest: false, computes: true, milliseconds: 2 },
      ],
    });
  });

  it('never throws: everything missing, everything failing', async () => {
    const machine: Machine = { ...thisMachine, tryCandidate: () => Promise.reject(new Error('broken')) };
    const missing = await findEngines(machine, () => Promise.reject(new EngineError('x is not installed.')));
    expect(
      missing.every(({ found, usable, reason }) => !found && !usable && reason === 'x is not installed'),
    ).toBe(true);
    const failing = await findEngines(machine, async () => ({}));
    expect(failing.every(({ found, usable }) => found && !usable)).toBe(true);
    expect(failing.flatMap(({ trials }) => trials).length).toBe(candidates.length);
    expect(failing[0].reason).toContain('not cuda: broken');
  });
});

describe('gpuMayBePresent', () => {
  it('looks for device files on Linux, and assumes one elsewhere', () => {
    expect(gpuMayBePresent('linux', () => false)).toBe(false);
    expect(gpuMayBePresent('linux', (path) => path === '/dev/dri')).toBe(true);
    expect(gpuMayBePresent('darwin', () => false)).toBe(true);
    expect(gpuMayBePresent('win32', () => false)).toBe(true);
  });
});
