import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EngineError } from '@sea-align/core';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadTfjs, restoreRemovedUtilFunctions, type ImportPackage } from './load-tfjs.js';
import { createTensorflowEngine } from './tensorflow-engine.js';

const missing = (specifier: string) =>
  Object.assign(new Error(`Cannot find package '${specifier}' imported from /x.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });

/** Answers imports from a list of packages; the native ones are stood in for by plain tfjs under their backend's name. */
function packages(installed: Record<string, 'cpu' | 'gpu' | Error>): ImportPackage {
  return async (specifier) => {
    const kind = installed[specifier];
    if (kind === undefined) throw missing(specifier);
    if (kind instanceof Error) throw kind;
    if (specifier === '@tensorflow/tfjs') return tf;
    return {
      default: {
        ...tf,
        setBackend: async (name: string) => name === 'tensorflow',
        backend: () => ({ isUsingGpuDevice: kind === 'gpu' }),
      },
    };
  };
}

const gpu = '@tensorflow/tfjs-node-gpu';
const node = '@tensorflow/tfjs-node';
const plain = '@tensorflow/tfjs';

async function faultOf(work: Promise<unknown>): Promise<EngineError> {
  const fault = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(EngineError.isInstance(fault), String(fault)).toBe(true);
  return fault as EngineError;
}

// What is tested here is the machine's own packages or stand-ins, whatever the engine's suite is run on.
beforeEach(() => vi.stubEnv('SEA_TFJS_FOLDER', undefined));
afterEach(() => vi.unstubAllEnvs());

describe('which package is used', () => {
  it.each([
    [{ [gpu]: 'gpu', [node]: 'cpu', [plain]: 'cpu' }, 'auto', 'tfjs-node-gpu', 'cuda'],
    [{ [gpu]: 'cpu', [plain]: 'cpu' }, 'auto', 'tfjs-node-gpu', 'cpu'],
    [{ [node]: 'cpu', [plain]: 'cpu' }, 'auto', 'tfjs-node', 'cpu'],
    [{ [node]: new Error('libtensorflow.so.2: cannot open'), [plain]: 'cpu' }, 'auto', 'tfjs', 'cpu'],
    [{ [plain]: 'cpu' }, 'auto', 'tfjs', 'cpu'],
    [{ [gpu]: 'gpu', [node]: 'cpu' }, 'cpu', 'tfjs-node', 'cpu'],
    [{ [gpu]: 'gpu', [node]: 'cpu' }, 'cuda', 'tfjs-node-gpu', 'cuda'],
  ] as const)('%j on %s: %s', async (installed, device, backend, used) => {
    const engine = await createTensorflowEngine({ device, importPackage: packages(installed) });
    expect([engine.name, engine.backend, engine.device]).toEqual(['tensorflow', backend, used]);
  });

  it('names every package with its reason and install command when there is none', async () => {
    const broken = new Error('libtensorflow.so.2: cannot open shared object file');
    const fault = await faultOf(createTensorflowEngine({ importPackage: packages({ [node]: broken }) }));
    expect(fault.message).toContain('@tensorflow/tfjs-node-gpu is not installed.');
    expect(fault.message).toContain(
      '@tensorflow/tfjs-node is installed but does not load: libtensorflow.so.2: cannot open shared object file',
    );
    expect(fault.message).toContain('@tensorflow/tfjs is not installed.');
    expect(fault.hint).toContain('npm install @tensorflow/tfjs@4.22.0');
  });

  it('does not compute on a CPU when cuda was asked for', async () => {
    const importPackage = packages({ [gpu]: 'cpu', [node]: 'cpu', [plain]: 'cpu' });
    const fault = await faultOf(createTensorflowEngine({ device: 'cuda', importPackage }));
    expect(fault.message).toContain('@tensorflow/tfjs-node-gpu computes on cpu, not on cuda.');
    expect(fault.hint).toContain('npm install @tensorflow/tfjs-node-gpu@4.22.0');
  });

  it('names one package with its command', async () => {
    const fault = await faultOf(loadTfjs('tfjs-node', undefined, packages({})));
    expect(fault.message).toBe('@tensorflow/tfjs-node is not installed.');
    expect(fault.hint).toContain('npm install @tensorflow/tfjs-node@4.22.0');
    expect(fault.code).toBe('SEA_ENGINE_MISSING');
  });

  it('tells a package that is missing from one whose own dependency is missing', async () => {
    const fault = await faultOf(loadTfjs('tfjs-node', undefined, packages({ [node]: missing('adm-zip') })));
    expect(fault.message).toMatch(/installed but does not load: Cannot find package 'adm-zip'/);
  });
});

describe('a folder named in SEA_TFJS_FOLDER', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sea-tfjs-'));
    vi.stubEnv('SEA_TFJS_FOLDER', folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives the package, and the engine tells the version of its native library', async () => {
    const home = path.join(folder, 'node_modules', node);
    mkdirSync(home, { recursive: true });
    writeFileSync(
      path.join(home, 'index.js'),
      `module.exports = { version: { 'tfjs-core': '4.99.0' }, setBackend: async (name) => name === 'tensorflow',
        backend: () => ({ isUsingGpuDevice: false, binding: { TF_Version: '2.99.1' } }) };`,
    );
    const engine = await createTensorflowEngine({ backend: 'tfjs-node' });
    expect(engine.describe()).toBe(
      'tensorflow: @tensorflow/tfjs-node 4.99.0 (native TensorFlow 2.99.1) on cpu',
    );
  });

  it('is named when the package is not there, though another place has it', async () => {
    const fault = await faultOf(loadTfjs('tfjs'));
    expect(fault.message).toBe(`${plain} is not installed in ${folder}, which SEA_TFJS_FOLDER names.`);
    expect(fault.code).toBe('SEA_ENGINE_MISSING');
  });
});

describe('functions that Node 23 removed', () => {
  it('are put back where they are missing, and left alone where they are not', () => {
    const util: Record<string, unknown> = { isArray: 'kept' };
    restoreRemovedUtilFunctions(util);
    const restored = util.isNullOrUndefined as (value: unknown) => boolean;
    expect([undefined, null, 0, '', false].map(restored)).toEqual([true, true, false, false, false]);
    expect(util.isArray).toBe('kept');
  });
});
