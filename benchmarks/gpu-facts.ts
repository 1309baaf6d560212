import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loadedLibraries, softwareRenderer } from '@sea-align/compute';
import { productTypes, type OperationTime } from './ort-profile.js';

/** What is known of the GPU that a device name stands for. */
export interface GpuFacts {
  /** As its driver calls it, with driver and memory where known; undefined if nothing said it. */
  name: string | undefined;
  /** What computes in its place, if something does. */
  software: string | undefined;
}

/** Runs a program that may not be there: its output, or undefined. */
export type RunTool = (program: string, args: readonly string[]) => Promise<string | undefined>;

const runTool: RunTool = async (program, args) => {
  try {
    return (await promisify(execFile)(program, [...args], { timeout: 20_000 })).stdout;
  } catch {
    return undefined;
  }
};

/**
 * The GPU behind `cuda` or `webgpu`. Call it once a session has run there: then the process has loaded the driver that it uses.
 * @param run replaced in tests, as are the libraries
 */
export async function gpuFacts(
  device: string,
  { run = runTool, libraries = loadedLibraries() }: { run?: RunTool; libraries?: readonly string[] } = {},
): Promise<GpuFacts> {
  const nvidia = nvidiaName(
    await run('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']),
  );
  // CUDA has no software devices.
  if (device === 'cuda') return { name: nvidia, software: undefined };
  const adapters = vulkanAdapters((await run('vulkaninfo', ['--summary'])) ?? '');
  const real = adapters.filter(({ type }) => type !== 'CPU');
  // An adapter that is a processor is taken only where there is no other.
  const names = (real.length > 0 ? real : adapters).map(({ name }) => name);
  const software =
    softwareRenderer({ names, libraries }) ??
    (adapters.length > 0 && real.length === 0 ? `${names[0]}, a Vulkan device of type CPU` : undefined);
  return { name: software ?? nvidia ?? names[0], software };
}

/** First line of nvidia-smi's answer, e.g. `NVIDIA A100-SXM4-40GB, 550.54.14, 40960 MiB`. */
function nvidiaName(answer: string | undefined): string | undefined {
  const [name, driver, memory] = answer?.split('\n')[0].split(', ') ?? [];
  return memory === undefined ? undefined : `${name} (driver ${driver}, ${memory.trim()})`;
}

/** Devices of `vulkaninfo --summary`. */
export function vulkanAdapters(summary: string): { name: string; type: string }[] {
  return summary.split(/^GPU\d+:/m).flatMap((part) => {
    const name = /deviceName\s*=\s*(.+)/.exec(part)?.[1].trim();
    const type = /deviceType\s*=\s*PHYSICAL_DEVICE_TYPE_(\w+)/.exec(part)?.[1];
    return name === undefined || type === undefined ? [] : [{ name, type }];
  });
}

/** Name of ONNX Runtime's execution provider of a device. */
const providers: Readonly<Record<string, string>> = {
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
};

/** What was seen of a device before anything about it is reported. */
export interface GpuEvidence {
  device: string;
  software: string | undefined;
  /** Profile of a step. */
  times: readonly OperationTime[];
  /** Milliseconds of one large product there, and on the CPU by the same library. */
  product: { gpu: number; cpu: number };
}

/** Why figures of this device must not be reported as a GPU's; undefined if they may. */
export function refusal({ device, software, times, product }: GpuEvidence): string | undefined {
  if (software !== undefined) return `${device} is ${software} here, which computes on the CPU`;
  const products = times.filter(({ operation }) => productTypes.has(operation));
  const count = (list: readonly OperationTime[]): number => list.reduce((sum, { nodes }) => sum + nodes, 0);
  const elsewhere = products.filter(({ provider }) => provider !== providers[device]);
  if (count(products) === 0) return 'the profile of a step shows no matrix product';
  if (elsewhere.length > 0)
    return `${count(elsewhere)} of ${count(products)} matrix products of a step ran on ${elsewhere[0].provider}`;
  if (product.gpu >= product.cpu)
    return `a large product is no faster on ${device} than on the CPU (${product.gpu.toFixed(0)} against ${product.cpu.toFixed(0)} ms), as with software that poses as a GPU`;
  return undefined;
}
