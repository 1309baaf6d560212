import { EngineError } from '@sea-align/core';
import { describe, expect, it } from 'vitest';
import { ReferenceEngine } from '../reference/reference-engine.js';
import { nameOf, type EngineRequest } from './candidates.js';
import { chooseEngine, type Machine } from './choose-engine.js';

/** A machine on which the named candidates compute, in so many milliseconds; the others fail to open. */
function machineWith(
  times: Record<string, number>,
  gpu = true,
  software?: string,
): Machine & { readonly tried: string[] } {
  const tried: string[] = [];
  return {
    tried,
    gpuMayBePresent: () => gpu,
    async tryCandidate(candidate) {
      tried.push(nameOf(candidate));
      const milliseconds = times[nameOf(candidate)];
      return milliseconds === undefined
        ? { computes: false, reason: 'it failed the trial' }
        : { computes: true, milliseconds, software };
    },
    async open(candidate) {
      if (times[nameOf(candidate)] === undefined)
        throw new EngineError(`${candidate.backend} is not installed.`);
      return new ReferenceEngine();
    },
  };
}

const reasonFor = async (request: EngineRequest, machine: Machine) =>
  (await chooseEngine(request, { threads: 2 }, machine)).reason;

const cpu = { 'onnxruntime-node on cpu': 10 };

describe('chooseEngine', () => {
  it('takes a GPU that computes, and is faster than the CPU', async () => {
    const reason = await reasonFor({}, machineWith({ ...cpu, 'onnxruntime-node on cuda': 1 }));
    expect(reason).toBe('onnxruntime-node on cuda (GPU) is the best found');
  });

  it('takes the next GPU library when the first does not compute', async () => {
    const reason = await reasonFor({}, machineWith({ ...cpu, 'tfjs-node-gpu on cuda': 1 }));
    expect(reason).toBe(
      'tfjs-node-gpu on cuda (GPU) is the best found; not onnxruntime-node on cuda: it failed the trial',
    );
  });

  it('passes over a GPU slower than the CPU, with both times', async () => {
    const reason = await reasonFor({}, machineWith({ ...cpu, 'onnxruntime-node on cuda': 25 }));
    expect(reason).toContain(
      'onnxruntime-node on cpu (native CPU) is the best found; not onnxruntime-node on cuda',
    );
    expect(reason).toContain('it computes, but slower than the CPU (25.0 ms against 10.0 ms)');
  });

  it('passes over a software renderer, however fast', async () => {
    const machine = machineWith({ ...cpu, 'onnxruntime-node on cuda': 1 }, true, 'SwiftShader');
    expect(await reasonFor({}, machine)).toContain(
      'not onnxruntime-node on cuda: SwiftShader computes in place of a GPU',
    );
    expect(await reasonFor({ device: 'cuda' }, machine)).toMatch(/^onnxruntime-node on cuda/);
  });

  it('takes that slow GPU when it is asked for by name', async () => {
    const reason = await reasonFor(
      { device: 'cuda' },
      machineWith({ ...cpu, 'onnxruntime-node on cuda': 25 }),
    );
    expect(reason).toBe('onnxruntime-node on cuda (GPU) is the best found for cuda');
  });

  it('tries no GPU where there is none, and says so', async () => {
    const machine = machineWith(cpu, false);
    expect(await reasonFor({}, machine)).toContain(
      'not onnxruntime-node on cuda: this machine has no GPU device',
    );
    expect(machine.tried).toEqual([]);
  });

  it('falls from native CPU to another, to WebAssembly, to plain JavaScript', async () => {
    const all = { 'tfjs-node on cpu': 1, 'onnxruntime-web on wasm': 1, 'tfjs on cpu': 1 };
    expect(await reasonFor({}, machineWith(all, false))).toMatch(/^tfjs-node on cpu \(native CPU\)/);
    const { 'tfjs-node on cpu': _, ...noNative } = all;
    expect(await reasonFor({}, machineWith(noNative, false))).toMatch(
      /^onnxruntime-web on wasm \(WebAssembly\).*not onnxruntime-node on cpu: onnxruntime-node is not installed;/,
    );
    expect(await reasonFor({}, machineWith({ 'tfjs on cpu': 1 }, false))).toMatch(
      /^tfjs on cpu \(plain JavaScript\)/,
    );
  });

  it('does not fall back to the CPU when a device was asked for', async () => {
    const fault = await chooseEngine({ device: 'cuda' }, { threads: 2 }, machineWith(cpu)).catch(
      (error: unknown) => error,
    );
    expect(EngineError.isInstance(fault)).toBe(true);
    const { message, hint } = fault as EngineError;
    expect(message).toBe(
      'No engine to compute with for cuda.\n  onnxruntime-node on cuda: it failed the trial\n  tfjs-node-gpu on cuda: it failed the trial',
    );
    expect(hint).toContain('ONNXRUNTIME_NODE_INSTALL=cuda12 npm install onnxruntime-node@');
    expect(hint).toContain('npm install @tensorflow/tfjs-node-gpu@');
  });

  it('refuses a request that contradicts itself', async () => {
    await expect(
      chooseEngine({ engine: 'tensorflow', device: 'wasm' }, { threads: 2 }, machineWith(cpu)),
    ).rejects.toThrow(/No engine is all of this at once: tensorflow, wasm/);
  });
});
