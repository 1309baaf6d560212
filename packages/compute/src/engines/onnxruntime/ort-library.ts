import { EngineError } from '@sea-align/core';
import type * as ortWeb from 'onnxruntime-web';

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

/** How to install a backend; the variable keeps a post-install download of CUDA libraries from failing offline. */
export function ortInstallCommand(backend: OrtBackendName): string {
  return backend === 'onnxruntime-node'
    ? 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0'
    : 'npm install onnxruntime-web@1.30.0';
}
