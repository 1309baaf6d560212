import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '@sea-align/core';
import type { InferenceSession } from 'onnxruntime-web';
import type { Graph } from '../../graph/graph.js';
import { simplify } from '../../graph/simplify.js';
import { emitModel, type ParameterBinding } from '../../onnx/emit-model.js';
import type { CompileOptions, Engine, Precision, Session } from '../engine.js';
import { weightSourceOf } from '../parameter-values.js';
import { hasCudaLibrary } from './cuda-library.js';
import { loadOrtLibrary, ortInstallCommand, type OrtBackendName, type OrtLibrary } from './ort-library.js';
import { bindingPlan, ParameterBinder, type BindingPlan, type SharedValues } from './parameter-binder.js';
import { OrtSession } from './ort-session.js';

export interface OrtEngineOptions {
  readonly backend: OrtBackendName;
  /** An execution provider's name, e.g. `cpu`, `cuda`, `webgpu`, `wasm`. */
  readonly device: string;
  readonly threads: number;
  /** Default `auto`: float16 on CUDA, else float32. */
  readonly precision?: Precision | 'auto';
  /** Where native sessions leave their profiles. */
  readonly profileFolder?: string;
  /** Bytes of parameters up to which a model holds copies; default {@link embeddedLimitBytes}. */
  readonly embeddedLimitBytes?: number;
}

/** Runs graphs as ONNX models: natively (onnxruntime-node) or in WebAssembly (onnxruntime-web). */
export class OrtEngine implements Engine {
  readonly name = 'onnxruntime';
  readonly backend: OrtBackendName;
  readonly device: string;
  readonly precision: Precision;
  readonly #library: OrtLibrary;
  readonly #threads: number;
  readonly #profileFolder: string | undefined;
  readonly #embeddedLimitBytes: number | undefined;
  readonly #sessions = new Set<Session>();
  readonly #shared: SharedValues = new WeakMap();

  private constructor(library: OrtLibrary, options: OrtEngineOptions) {
    this.#library = library;
    this.backend = options.backend;
    this.device = options.device;
    this.precision = chosenPrecision(options);
    this.#threads = options.threads;
    this.#profileFolder = options.backend === 'onnxruntime-node' ? options.profileFolder : undefined;
    this.#embeddedLimitBytes = options.embeddedLimitBytes;
  }

  /** @throws EngineError with the install command when the library is missing */
  static async create(options: OrtEngineOptions): Promise<OrtEngine> {
    const library = await loadOrtLibrary(options.backend);
    if (options.device === 'cuda' && !hasCudaLibrary()) {
      throw new EngineError('onnxruntime-node is installed without its CUDA libraries', {
        code: 'SEA_ENGINE_MISSING',
        hint: ortInstallCommand('onnxruntime-node', true),
      });
    }
    if (options.backend === 'onnxruntime-web') library.env.wasm.numThreads = options.threads;
    library.env.logLevel = 'error';
    return new OrtEngine(library, options);
  }

  describe(): string {
    const version = this.#library.env.versions[this.backend === 'onnxruntime-node' ? 'node' : 'web'];
    const half = this.precision === 'float16' ? ', half-precision weights multiplied in float16' : '';
    return `${this.backend}${version ? ` ${version}` : ''} on ${this.device}, ${this.#threads} threads${half}`;
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<Session> {
    const label = options.label ?? 'graph';
    const program = simplify(graph);
    const plan = bindingPlan(program, this.backend === 'onnxruntime-node', this.#embeddedLimitBytes);
    const parameters = new ParameterBinder(this.#library, plan, this.#shared);
    try {
      const bind: ParameterBinding = (builder, valueName, parameter) => {
        const weights = weightSourceOf(options, parameter.name!, label);
        parameters.bind(builder, valueName, parameter, weights);
      };
      const model = emitModel(program, bind, this.precision === 'float16');
      const session = await this.#load(model.bytes, parameters, plan, label);
      const compiled = new OrtSession({
        library: this.#library,
        graph,
        model,
        label,
        session,
        parameters,
        profiled: this.#profileFolder !== undefined,
        onRelease: (released) => this.#sessions.delete(released),
      });
      this.#sessions.add(compiled);
      return compiled;
    } finally {
      parameters.files.remove();
    }
  }

  async dispose(): Promise<void> {
    for (const session of [...this.#sessions]) await session.release();
  }

  async #load(
    model: Uint8Array,
    parameters: ParameterBinder,
    plan: BindingPlan,
    label: string,
  ): Promise<InferenceSession> {
    const options: InferenceSession.SessionOptions = {
      executionProviders: [this.device],
      intraOpNumThreads: this.#threads,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(this.#profileFolder !== undefined && {
        enableProfiling: true,
        profileFilePrefix: join(this.#profileFolder, label.replaceAll(/[^\w-]+/g, '-')),
      }),
      // Packing copies the weights and folding widens half-precision ones: both would hold them twice.
      ...(plan === 'shared' && {
        extra: {
          session: { disable_prepacking: '1' },
          optimization: { disable_specified_optimizers: 'ConstantFolding' },
        },
      }),
    };
    const { create } = this.#library.InferenceSession;
    try {
      const { folder } = parameters.files;
      if (folder === undefined) return await create(model, options);
      const path = join(folder, 'model.onnx');
      await writeFile(path, model);
      return await create(path, options);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new EngineError(`${label}: ONNX Runtime cannot load the graph: ${message}`, { cause: error });
    }
  }
}

/**
 * CUDA keeps the sums of narrow products in float32. Other devices do as they please (WebGPU's own shader sums in float16), so there
 * half precision must be asked for.
 */
function chosenPrecision({ precision = 'auto', device }: OrtEngineOptions): Precision {
  if (precision !== 'auto') return precision;
  return device === 'cuda' ? 'float16' : 'float32';
}
