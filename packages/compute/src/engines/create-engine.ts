import { EngineError } from '@sea-align/core';
import type { Engine, EngineName } from './engine.js';
import { hasCudaLibrary } from './onnxruntime/cuda-library.js';
import { OrtEngine } from './onnxruntime/ort-engine.js';
import type { OrtBackendName } from './onnxruntime/ort-library.js';
import { checkEngine } from './check-engine.js';
import { ReferenceEngine } from './reference/reference-engine.js';
import { createTensorflowEngine } from './tensorflow/tensorflow-engine.js';

export type BackendName = OrtBackendName | 'tfjs' | 'tfjs-node' | 'tfjs-node-gpu';

export type DeviceName = 'auto' | 'cpu' | 'cuda' | 'webgpu' | 'coreml' | 'dml' | 'wasm';

export interface EngineOptions {
  /** Default `auto`: ONNX Runtime, and TensorFlow.js only if neither of its packages loads. */
  readonly engine?: 'auto' | EngineName;
  /** Fixes the library; default: the best one of the engine that loads. */
  readonly backend?: BackendName;
  /** Default `auto`: CUDA if it computes, else native CPU, else WebAssembly. WebGPU, CoreML and DirectML only when asked for. */
  readonly device?: DeviceName;
  /** Threads within an operation. Default 2. */
  readonly threads?: number;
}

interface Candidate {
  readonly what: string;
  readonly create: () => Promise<Engine>;
}

/**
 * Loads an engine and has it compute something: a device that is there but does not work is passed over where the choice
 * is free.
 * @throws EngineError naming every library that was tried, why it failed and how to install it
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const candidates = candidatesFor(options);
  if (candidates.length === 0) {
    const { engine = 'auto', backend = 'any', device = 'auto' } = options;
    throw new EngineError(`no engine runs with engine ${engine}, backend ${backend} and device ${device}`, {
      hint: 'Leave out the backend or the device, or run `sea doctor` to see what there is.',
    });
  }
  const failures: EngineError[] = [];
  for (const { what, create } of candidates) {
    try {
      const engine = await create();
      await checkEngine(engine);
      return engine;
    } catch (error) {
      failures.push(
        EngineError.isInstance(error)
          ? error
          : new EngineError(`${what}: ${String(error)}`, { cause: error }),
      );
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new EngineError(failures.map(({ message }) => message).join('; '), {
    code: failures[0].code,
    hint: failures.flatMap(({ hint }) => hint ?? []).join(' or '),
    cause: failures[0],
  });
}

function candidatesFor({
  engine = 'auto',
  backend,
  device = 'auto',
  threads = 2,
}: EngineOptions): Candidate[] {
  const onnx = (name: OrtBackendName, on: string): Candidate => ({
    what: `${name} on ${on}`,
    create: () => OrtEngine.create({ backend: name, device: on, threads }),
  });
  const native =
    device === 'auto' ? [...(hasCudaLibrary() ? ['cuda'] : []), 'cpu'] : device === 'wasm' ? [] : [device];
  const all: (Candidate & { readonly engine: EngineName; readonly backend: string })[] = [
    ...native.map((on) => ({
      ...onnx('onnxruntime-node', on),
      engine: 'onnxruntime' as const,
      backend: 'onnxruntime-node',
    })),
    ...(['auto', 'cpu', 'wasm'].includes(device)
      ? [{ ...onnx('onnxruntime-web', 'wasm'), engine: 'onnxruntime' as const, backend: 'onnxruntime-web' }]
      : []),
    ...(device === 'auto' || device === 'cpu' || device === 'cuda'
      ? (['tfjs-node-gpu', 'tfjs-node', 'tfjs'] as const).map((name) => ({
          what: name,
          create: () => createTensorflowEngine({ backend: name, device, threads }),
          engine: 'tensorflow' as const,
          backend: name,
        }))
      : []),
    ...(device === 'auto' || device === 'cpu'
      ? [
          {
            what: 'reference',
            create: async () => new ReferenceEngine(),
            engine: 'reference' as const,
            backend: 'reference',
          },
        ]
      : []),
  ];
  return all.filter(
    (candidate) =>
      (engine === 'auto' ? candidate.engine !== 'reference' : candidate.engine === engine) &&
      (backend === undefined || candidate.backend === backend),
  );
}
