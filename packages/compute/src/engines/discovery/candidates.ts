import type { EngineName } from '../engine.js';

export type BackendName = 'onnxruntime-node' | 'onnxruntime-web' | 'tfjs' | 'tfjs-node' | 'tfjs-node-gpu';

export type DeviceName = 'cpu' | 'cuda' | 'webgpu' | 'coreml' | 'dml' | 'wasm';

/** One way to compute: a library on a device. */
export interface Candidate {
  readonly engine: Exclude<EngineName, 'reference'>;
  readonly backend: BackendName;
  readonly device: DeviceName;
  /** How it is called in explanations. */
  readonly kind: 'GPU' | 'native CPU' | 'WebAssembly' | 'plain JavaScript';
  /** Never taken unless the device was asked for by name. */
  readonly onRequest?: boolean;
}

/** What the user fixed; the rest is free. */
export interface EngineRequest {
  readonly engine?: 'auto' | EngineName;
  readonly backend?: BackendName;
  readonly device?: 'auto' | DeviceName;
}

/** All ways to compute, in the order in which `auto` tries them. */
export const candidates: readonly Candidate[] = [
  { engine: 'onnxruntime', backend: 'onnxruntime-node', device: 'cuda', kind: 'GPU' },
  // No test of ours has seen all operations and gradients on these three, so they are not taken unasked.
  { engine: 'onnxruntime', backend: 'onnxruntime-node', device: 'webgpu', kind: 'GPU', onRequest: true },
  { engine: 'onnxruntime', backend: 'onnxruntime-node', device: 'dml', kind: 'GPU', onRequest: true },
  { engine: 'onnxruntime', backend: 'onnxruntime-node', device: 'coreml', kind: 'GPU', onRequest: true },
  { engine: 'tensorflow', backend: 'tfjs-node-gpu', device: 'cuda', kind: 'GPU' },
  { engine: 'onnxruntime', backend: 'onnxruntime-node', device: 'cpu', kind: 'native CPU' },
  { engine: 'tensorflow', backend: 'tfjs-node', device: 'cpu', kind: 'native CPU' },
  // The GPU package computes natively on the CPU where it finds no GPU.
  { engine: 'tensorflow', backend: 'tfjs-node-gpu', device: 'cpu', kind: 'native CPU' },
  { engine: 'onnxruntime', backend: 'onnxruntime-web', device: 'wasm', kind: 'WebAssembly' },
  { engine: 'tensorflow', backend: 'tfjs', device: 'cpu', kind: 'plain JavaScript' },
];

/** WebAssembly computes on the CPU, so a request for the CPU finds it too. */
function isOn(candidate: Candidate, device: DeviceName): boolean {
  return candidate.device === device || (candidate.device === 'wasm' && device === 'cpu');
}

/** The candidates that fit a request, best first; none if the request contradicts itself. */
export function candidatesFor({ engine = 'auto', backend, device = 'auto' }: EngineRequest): Candidate[] {
  return candidates.filter(
    (candidate) =>
      (engine === 'auto' || candidate.engine === engine) &&
      (backend === undefined || candidate.backend === backend) &&
      (device === 'auto' ? candidate.onRequest !== true : isOn(candidate, device)),
  );
}

/** `onnxruntime-node on cuda`. */
export function nameOf({ backend, device }: Candidate): string {
  return `${backend} on ${device}`;
}
