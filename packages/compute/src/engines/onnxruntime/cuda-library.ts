import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Did the installation of onnxruntime-node fetch its CUDA libraries? Asking ONNX Runtime itself would print an error to the
 * terminal where they are missing, which is the common case.
 */
export function hasCudaLibrary(
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): boolean {
  try {
    const binaries = join(dirname(resolve('onnxruntime-node/package.json')), 'bin');
    return readdirSync(binaries).some((version) => {
      const files = readdirSync(join(binaries, version, process.platform, process.arch));
      return files.some((file) => file.includes('providers_cuda'));
    });
  } catch {
    return false;
  }
}
