import { EngineError } from '@sea-align/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkEngine } from './check-engine.js';
import { createEngine, type EngineOptions } from './create-engine.js';
import { hasCudaLibrary } from './onnxruntime/cuda-library.js';
import { ReferenceEngine } from './reference/reference-engine.js';

describe('createEngine', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each<[EngineOptions, string, string, string]>([
    [{}, 'onnxruntime', 'onnxruntime-node', hasCudaLibrary() ? 'cuda' : 'cpu'],
    [{ device: 'cpu' }, 'onnxruntime', 'onnxruntime-node', 'cpu'],
    [{ backend: 'onnxruntime-web' }, 'onnxruntime', 'onnxruntime-web', 'wasm'],
    [{ device: 'wasm' }, 'onnxruntime', 'onnxruntime-web', 'wasm'],
    [{ engine: 'tensorflow', backend: 'tfjs' }, 'tensorflow', 'tfjs', 'cpu'],
    [{ engine: 'reference' }, 'reference', 'reference', 'cpu'],
  ])('%j', async (options, name, backend, device) => {
    const engine = await createEngine(options);
    expect([engine.name, engine.backend, engine.device]).toEqual([name, backend, device]);
    expect(engine.describe()).toContain(backend);
    await engine.dispose();
  });

  it.skipIf(hasCudaLibrary())('says how to get CUDA where it is missing', async () => {
    await expect(createEngine({ engine: 'onnxruntime', device: 'cuda' })).rejects.toMatchObject({
      code: 'SEA_ENGINE_MISSING',
      message: expect.stringContaining('without its CUDA libraries') as string,
      hint: expect.stringContaining('npm install onnxruntime-node') as string,
    });
  });

  it.each([
    ['', {}, '2 threads'],
    ['1', {}, '1 threads'],
    ['1', { threads: 2 }, '2 threads'],
  ])('with SEA_THREADS=%s and %j takes %s', async (text, options, said) => {
    vi.stubEnv('SEA_THREADS', text);
    const engine = await createEngine({ backend: 'onnxruntime-node', ...options });
    expect(engine.describe()).toContain(said);
    await engine.dispose();
  });

  it.each(['0', '-1', '1.5', 'all'])('refuses SEA_THREADS=%s', async (text) => {
    vi.stubEnv('SEA_THREADS', text);
    await expect(createEngine()).rejects.toThrow(/SEA_THREADS must be a whole number/);
  });

  it('refuses what contradicts itself', async () => {
    const options: EngineOptions = { engine: 'tensorflow', backend: 'onnxruntime-node' };
    await expect(createEngine(options)).rejects.toThrow(/tensorflow, onnxruntime-node/);
  });
});

describe('checkEngine', () => {
  it('refuses an engine that computes wrongly', async () => {
    const engine = new ReferenceEngine();
    await checkEngine(engine);
    const wrong = Object.assign(new ReferenceEngine(), {
      compile: async () => ({
        run: async () => ({ product: { data: new Float32Array(4), shape: [2, 2], dtype: 'float32' } }),
        release: async () => undefined,
      }),
    });
    await expect(checkEngine(wrong)).rejects.toThrow(/computes wrongly/);
    await expect(checkEngine(wrong)).rejects.toBeInstanceOf(EngineError);
  });
});
