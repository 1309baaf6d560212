import { EngineError } from '@sea-align/core';
import type * as ortWeb from 'onnxruntime-web';
import type { DType, TypedArray } from '../../graph/dtype.js';

/** The part of ONNX Runtime's JavaScript interface that both of its packages have. */
export type OrtLibrary = Pick<typeof ortWeb, 'InferenceSession' | 'Tensor' | 'env'>;

export type OrtBackendName = 'onnxruntime-node' | 'onnxruntime-web';

/**
 * Loads one of ONNX Runtime's packages.
 * @throws EngineError with the install command when it is not there or does not load
 */
export async function loadOrtLibrary(backend: OrtBackendName): Promise<OrtLibrary> {
  try {
    const module: { default?: OrtLibrary } & OrtLibrary =
      backend === 'onnxruntime-node' ? await import('onnxruntime-node') : await import('onnxruntime-web');
    return module.InferenceSession ? module : module.default!;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new EngineError(`${backend} cannot be loaded: ${reason}`, {
      code: 'SEA_ENGINE_MISSING',
      hint: ortInstallCommand(backend),
      cause: error,
    });
  }
}

/** How to install a backend. Fetching the CUDA libraries needs the network beyond the npm registry, so it is skipped unless asked for. */
export function ortInstallCommand(backend: OrtBackendName, cuda = false): string {
  if (backend === 'onnxruntime-web') return 'npm install onnxruntime-web@1.30.0';
  return `${cuda ? 'ONNXRUNTIME_NODE_INSTALL=cuda12' : 'ONNXRUNTIME_NODE_INSTALL=skip'} npm install onnxruntime-node@1.30.0`;
}

const ortTypes = {
  float32: 'float32',
  float64: 'float64',
  float16: 'float16',
  int32: 'int32',
  int64: 'int64',
  uint8: 'uint8',
  bool: 'bool',
} as const;

/** Wraps a host array without copying it. */
export function toOrtTensor(
  library: OrtLibrary,
  data: TypedArray,
  shape: readonly number[],
  dtype: DType,
): ortWeb.Tensor {
  if (dtype === 'bfloat16')
    throw new EngineError('ONNX Runtime for JavaScript takes no bfloat16 values at run time');
  // Its type is a union over dtype and array class, which a generic pair does not match.
  const construct = library.Tensor as unknown as new (
    type: string,
    data: TypedArray,
    dims: readonly number[],
  ) => ortWeb.Tensor;
  return new construct(ortTypes[dtype], data, shape);
}
