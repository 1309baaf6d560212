import type { Engine, EngineName } from './engine.js';

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
export declare function createEngine(options?: EngineOptions): Promise<Engine>;
