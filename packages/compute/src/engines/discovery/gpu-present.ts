import { existsSync } from 'node:fs';

/** Device files without which no process on Linux reaches a GPU: NVIDIA's, the kernel's (/dev/dri), and WSL's. */
const LINUX_DEVICES = ['/dev/nvidiactl', '/dev/nvidia0', '/dev/dri', '/dev/dxg'];

/** False only where there is certainly no GPU, which saves the trials. */
export function gpuMayBePresent(
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
): boolean {
  return platform !== 'linux' || LINUX_DEVICES.some(exists);
}
