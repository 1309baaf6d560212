import { existsSync } from 'node:fs';
import { basename } from 'node:path';

/** Programs that pose as a GPU and compute on the CPU, by how their adapters are named. */
const adapterNames: readonly (readonly [RegExp, string])[] = [
  [/swiftshader/i, 'SwiftShader'],
  [/llvmpipe|lavapipe|softpipe/i, 'llvmpipe (Mesa)'],
  [/\bwarp\b|basic render/i, 'WARP (Microsoft Basic Render Driver)'],
  [/software (rasteri[sz]er|adapter|renderer|device)/i, 'a software renderer'],
];

/** The same by the library that holds them, as a process that uses it has it loaded. */
const softwareLibraries: readonly (readonly [RegExp, string])[] = [
  [/^(lib)?vk_swiftshader\b/i, 'SwiftShader'],
  [/^(lib)?vulkan_lvp\b/i, 'llvmpipe (Mesa)'],
  [/^d3d10warp\.dll$/i, 'WARP (Microsoft Basic Render Driver)'],
];

/**
 * Drivers of real GPUs, with the device file without which they cannot reach one: Mesa's packages hold the drivers of GPUs
 * that a machine has not got, and the Vulkan loader loads them all.
 */
const hardwareLibraries: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^lib(GLX_nvidia|nvidia-)/i, ['/dev/nvidia0', '/dev/nvidiactl', '/dev/dxg']],
  [/^libvulkan_(?!lvp)\w+\.so|^amdvlk64\.so/i, ['/dev/dri', '/dev/mali0', '/dev/kgsl-3d0', '/dev/dxg']],
  [/^(nvoglv64|amdvlk64|igvk64|igd\w*|nvwgf2umx\w*|amdxc64|qcdx\w*)\.dll$/i, []],
  // macOS has no software Metal.
  [/^Metal$|^AppleMetal/i, []],
];

/** What is known of the adapter that a process computes on; each part may be missing. */
export interface AdapterEvidence {
  /** Names of the adapter, its driver, its architecture, as the platform calls them. */
  readonly names?: readonly string[];
  /** `isFallbackAdapter` of WebGPU's adapter information. */
  readonly isFallbackAdapter?: boolean;
  /** Paths of the shared libraries that the process has loaded. */
  readonly libraries?: readonly string[];
}

/**
 * The software that computes in place of a GPU, if it does: WebGPU's fallback adapter, a known name, or a known driver library
 * with no driver of a real device beside it.
 */
export function softwareRenderer(
  { names = [], isFallbackAdapter = false, libraries = [] }: AdapterEvidence,
  exists: (path: string) => boolean = existsSync,
): string | undefined {
  for (const name of names) {
    const known = adapterNames.find(([pattern]) => pattern.test(name));
    if (known) return known[1];
  }
  if (isFallbackAdapter) return 'a fallback adapter';
  const files = libraries.map((path) => basename(path.replaceAll('\\', '/')));
  const reachesDevice = hardwareLibraries.some(
    ([pattern, devices]) =>
      files.some((file) => pattern.test(file)) && (devices.length === 0 || devices.some(exists)),
  );
  if (reachesDevice) return undefined;
  return softwareLibraries.find(([pattern]) => files.some((file) => pattern.test(file)))?.[1];
}

/** Paths of the shared libraries loaded into this process, on every platform that Node runs on. */
export function loadedLibraries(): string[] {
  const report = process.report.getReport() as unknown as { sharedObjects?: string[] };
  return report.sharedObjects ?? [];
}
