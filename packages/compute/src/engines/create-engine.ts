import { ConfigError } from '@sea-align/core';
import type { Engine } from './engine.js';
import type { EngineRequest } from './discovery/candidates.js';
import { chooseEngine } from './discovery/choose-engine.js';
import type { EngineSettings } from './discovery/open-candidate.js';
import { ReferenceEngine } from './reference/reference-engine.js';

export type { BackendName, DeviceName } from './discovery/candidates.js';

/**
 * Which engine to load. `engine` and `device` default to `auto`: CUDA if it really computes, else native CPU, else
 * WebAssembly, else plain JavaScript; WebGPU, CoreML and DirectML only when asked for. `backend` fixes the library.
 */
export interface EngineOptions extends EngineRequest, Partial<EngineSettings> {
  /** Threads within an operation. Default: the environment's SEA_THREADS, else 2. */
  readonly threads?: number;
}

const reasons = new WeakMap<Engine, string>();

/**
 * Loads an engine and has it compute something: a device that is there but does not work is passed over where the choice
 * is free.
 * @throws EngineError naming every library that was tried, why it failed and how to install it; ConfigError for SEA_THREADS
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { threads = defaultThreads(), precision, profileFolder, ...request } = options;
  if (request.engine === 'reference') return new ReferenceEngine();
  const { engine, reason } = await chooseEngine(request, { threads, precision, profileFolder });
  reasons.set(engine, reason);
  return engine;
}

/** Programs that run beside others, tests above all, take one thread each: threads that wait for work keep a core busy. */
function defaultThreads(): number {
  const text = process.env.SEA_THREADS;
  if (text === undefined || text === '') return 2;
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new ConfigError(`SEA_THREADS must be a whole number of at least 1, got ${JSON.stringify(text)}`);
  return Number(text);
}

/** Why `createEngine` made this engine and not another, in one line; undefined for one made otherwise. */
export function engineChoice(engine: Engine): string | undefined {
  return reasons.get(engine);
}
