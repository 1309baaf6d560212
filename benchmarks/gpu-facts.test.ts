import { describe, expect, it } from 'vitest';
import { gpuFacts, refusal, vulkanAdapters, type GpuEvidence, type RunTool } from './gpu-facts.js';

const tools =
  (answers: Record<string, string>): RunTool =>
  async (program) =>
    answers[program];

const summary = (...devices: [name: string, type: string][]) =>
  `Vulkan Instance Version: 1.3.275\n\nDevices:\n========\n${devices
    .map(
      ([name, type], at) =>
        `GPU${at}:\n\tapiVersion         = 1.3.255\n\tdeviceType         = PHYSICAL_DEVICE_TYPE_${type}\n\tdeviceName         = ${name}\n\tdriverName         = x\n`,
    )
    .join('')}`;

const h100 = 'NVIDIA H100 80GB HBM3, 550.54.14, 81559 MiB\n';
const llvmpipe: [string, string] = ['llvmpipe (LLVM 15.0.6, 256 bits)', 'CPU'];

describe('the GPU behind a device', () => {
  it('is what nvidia-smi says', async () => {
    const facts = await gpuFacts('cuda', { run: tools({ 'nvidia-smi': h100 }), libraries: [] });
    expect(facts).toEqual({
      name: 'NVIDIA H100 80GB HBM3 (driver 550.54.14, 81559 MiB)',
      software: undefined,
    });
  });

  it('has no name where nothing says one', async () => {
    expect(await gpuFacts('webgpu', { run: tools({}), libraries: [] })).toEqual({
      name: undefined,
      software: undefined,
    });
    expect(
      (await gpuFacts('cuda', { run: tools({ 'nvidia-smi': 'No devices\n' }), libraries: [] })).name,
    ).toBe(undefined);
  });

  it('is found out where software poses as one, by its name or by the driver that is loaded', async () => {
    const named = await gpuFacts('webgpu', { run: tools({ vulkaninfo: summary(llvmpipe) }), libraries: [] });
    expect(named.software).toBe('llvmpipe (Mesa)');
    const loaded = await gpuFacts('webgpu', {
      run: tools({}),
      libraries: ['/usr/lib/chromium/libvk_swiftshader.so'],
    });
    expect(loaded.software).toBe('SwiftShader');
    const unknown = await gpuFacts('webgpu', {
      run: tools({ vulkaninfo: summary(['Rasta', 'CPU']) }),
      libraries: [],
    });
    expect(unknown.software).toBe('Rasta, a Vulkan device of type CPU');
  });

  it('is the real one where software stands beside it', async () => {
    const run = tools({
      vulkaninfo: summary(llvmpipe, ['AMD Radeon RX 7900 XTX (RADV NAVI31)', 'DISCRETE_GPU']),
    });
    expect(await gpuFacts('webgpu', { run, libraries: [] })).toEqual({
      name: 'AMD Radeon RX 7900 XTX (RADV NAVI31)',
      software: undefined,
    });
  });

  it("reads vulkaninfo's summary", () => {
    expect(vulkanAdapters(summary(llvmpipe, ['Intel(R) Arc', 'INTEGRATED_GPU']))).toEqual([
      { name: llvmpipe[0], type: 'CPU' },
      { name: 'Intel(R) Arc', type: 'INTEGRATED_GPU' },
    ]);
    expect(vulkanAdapters('')).toEqual([]);
  });
});

describe('a device is refused', () => {
  const time = (operation: string, provider: string, nodes: number) => ({
    operation,
    provider,
    nodes,
    microseconds: 1,
  });
  const good: GpuEvidence = {
    device: 'cuda',
    software: undefined,
    times: [
      time('Gemm', 'CUDAExecutionProvider', 90),
      time('MatMul', 'CUDAExecutionProvider', 10),
      time('Shape', 'CPUExecutionProvider', 90),
    ],
    product: { gpu: 1, cpu: 100 },
  };

  it('not if it computes as a GPU does', () => {
    expect(refusal(good)).toBeUndefined();
  });

  it.each<[Partial<GpuEvidence>, string]>([
    [{ device: 'webgpu', software: 'SwiftShader' }, 'webgpu is SwiftShader here, which computes on the CPU'],
    [
      { times: [...good.times, time('Gemm', 'CPUExecutionProvider', 5)] },
      '5 of 105 matrix products of a step ran on CPUExecutionProvider',
    ],
    [{ device: 'webgpu' }, '100 of 100 matrix products of a step ran on CUDAExecutionProvider'],
    [{ times: [] }, 'the profile of a step shows no matrix product'],
    [
      { product: { gpu: 120, cpu: 100 } },
      'a large product is no faster on cuda than on the CPU (120 against 100 ms), as with software that poses as a GPU',
    ],
  ])('%j', (fault, reason) => {
    expect(refusal({ ...good, ...fault })).toBe(reason);
  });
});
