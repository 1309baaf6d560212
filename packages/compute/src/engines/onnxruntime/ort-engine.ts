import { EngineError } from '@sea-align/core';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import type { Graph } from '../../graph/graph.js';
import { emitModel } from '../../onnx/emit-model.js';
import type { CompileOptions, Engine, Session } from '../engine.js';
import { parameterValue, weightSourceOf } from '../parameter-values.js';
import { loadOrtLibrary, type OrtBackendName, type OrtLibrary } from './ort-library.js';
import { OrtSession } from './ort-session.js';

export interface OrtEngineOptions {
  readonly backend: OrtBackendName;
  /** An execution provider's name, e.g. `cpu`, `cuda`, `webgpu`, `wasm`. */
  readonly device: string;
  readonly threads: number;
}

/** Runs graphs as ONNX models: natively (onnxruntime-node) or in WebAssembly (onnxruntime-web). */
export class OrtEngine implements Engine {
  readonly name = 'onnxruntime';
  readonly backend: OrtBackendName;
  readonly device: string;
  readonly #library: OrtLibrary;
  readonly #threads: number;
  readonly #sessions = new Set<Session>();

  private constructor(library: OrtLibrary, options: OrtEngineOptions) {
    this.#library = library;
    this.backend = options.backend;
    this.device = options.device;
    this.#threads = options.threads;
  }

  /** @throws EngineError with the install command when the library is missing */
  static async create(options: OrtEngineOptions): Promise<OrtEngine> {
    const library = await loadOrtLibrary(options.backend);
    if (options.backend === 'onnxruntime-web') library.env.wasm.numThreads = options.threads;
    library.env.logLevel = 'error';
    return new OrtEngine(library, options);
  }

  describe(): string {
    const version = this.#library.env.versions[this.backend === 'onnxruntime-node' ? 'node' : 'web'];
    return `${this.backend}${version ? ` ${version}` : ''} on ${this.device}, ${this.#threads} threads`;
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<Session> {
    const label = options.label ?? 'graph';
    const fixed: Record<string, OrtTensor> = {};
    const model = emitModel(graph, (builder, valueName, parameter) => {
      const name = parameter.name!;
      const value = parameterValue(weightSourceOf(options, name, label), name, parameter);
      builder.initializer(valueName, value.data, value.shape, value.dtype);
    });
    const session = await this.#load(model.bytes, label);
    const compiled = new OrtSession({
      library: this.#library,
      graph,
      model,
      label,
      session,
      fixed,
      onRelease: (released) => this.#sessions.delete(released),
    });
    this.#sessions.add(compiled);
    return compiled;
  }

  async dispose(): Promise<void> {
    for (const session of [...this.#sessions]) await session.release();
  }

  async #load(model: Uint8Array, label: string): Promise<InferenceSession> {
    try {
      return await this.#library.InferenceSession.create(model, {
        executionProviders: [this.device],
        intraOpNumThreads: this.#threads,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new EngineError(`${label}: ONNX Runtime cannot load the graph: ${message}`, { cause: error });
    }
  }
}
