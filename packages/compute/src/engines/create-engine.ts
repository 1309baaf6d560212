import { EngineError } from '@sea-align/core';
import type { Engine, EngineName } from './engine.js';
import { OrtEngine } from './onnxruntime/ort-engine.js';

export type BackendName = 'onnxruntime-node' | 'onnxruntime-web' | 'tfjs' | 'tfjs-node' | 'tfjs-node-gpu';

export type DeviceName = 'auto' | 'cpu' | 'cuda' | 'webgpu' | 'coreml' | 'dml' | 'wasm';

export interface EngineOptions {
  /** Default `auto`. */
  readonly engine?: 'auto' | EngineName;
  /** Fixes the library; default: the best one found of the engine. */
  readonly backend?: BackendName;
  /** Default `auto`. */
  readonly device?: DeviceName;
  /** Threads within an operation. Default 2. */
  readonly threads?: number;
}

/** Loads an engine. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const threads = options.threads ?? 2;
  const backend = options.backend ?? 'onnxruntime-node';
  if (backend === 'onnxruntime-node' || backend === 'onnxruntime-web') {
    return OrtEngine.create({ backend, device: backend === 'onnxruntime-node' ? 'cpu' : 'wasm', threads });
  }
  throw new EngineError(`no engine for ${backend}`);
}
