import { ortInstallCommand } from '../onnxruntime/ort-library.js';
import { tfjsInstallCommand } from '../tensorflow/load-tfjs.js';
import type { BackendName, DeviceName } from './candidates.js';

/** The shell command that installs a backend's package, with what the device needs. */
export function installCommandOf({ backend, device }: { backend: BackendName; device?: DeviceName }): string {
  return backend === 'onnxruntime-node' || backend === 'onnxruntime-web'
    ? ortInstallCommand(backend, device === 'cuda')
    : tfjsInstallCommand(backend);
}
