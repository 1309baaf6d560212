import { describe, expect, it } from 'vitest';
import { loadedLibraries, softwareRenderer } from './software-renderer.js';

const lib = '/usr/lib/x86_64-linux-gnu';
const nowhere = () => false;
const having =
  (...devices: string[]) =>
  (path: string) =>
    devices.includes(path);

describe('softwareRenderer', () => {
  it.each([
    ['SwiftShader Device (Subzero)', 'SwiftShader'],
    ['Google SwiftShader', 'SwiftShader'],
    ['llvmpipe (LLVM 15.0.6, 256 bits)', 'llvmpipe (Mesa)'],
    ['lavapipe', 'llvmpipe (Mesa)'],
    ['Microsoft Basic Render Driver', 'WARP (Microsoft Basic Render Driver)'],
    ['WARP', 'WARP (Microsoft Basic Render Driver)'],
    ['Apple Software Renderer', 'a software renderer'],
  ])('knows the adapter %s', (name, software) => {
    expect(softwareRenderer({ names: ['', name] }, nowhere)).toBe(software);
  });

  it.each([
    'NVIDIA H100 80GB HBM3',
    'AMD Radeon RX 7900 XTX (RADV NAVI31)',
    'Intel(R) Arc(tm) A770 Graphics (DG2)',
    'Apple M3 Max',
    'Time Warped GPU',
  ])('has nothing against %s', (name) => {
    expect(softwareRenderer({ names: [name] }, nowhere)).toBeUndefined();
  });

  it("believes WebGPU's own word for a fallback", () => {
    expect(softwareRenderer({ names: ['nameless'], isFallbackAdapter: true })).toBe('a fallback adapter');
    expect(softwareRenderer({ isFallbackAdapter: false })).toBeUndefined();
  });

  it.each([
    ['/usr/lib/chromium/libvk_swiftshader.so', 'SwiftShader'],
    ['C:\\Program Files\\Chrome\\vk_swiftshader.dll', 'SwiftShader'],
    [`${lib}/libvulkan_lvp.so`, 'llvmpipe (Mesa)'],
    ['C:\\Windows\\System32\\d3d10warp.dll', 'WARP (Microsoft Basic Render Driver)'],
  ])('finds the loaded driver %s', (library, software) => {
    expect(softwareRenderer({ libraries: [`${lib}/libvulkan.so.1`, library] }, nowhere)).toBe(software);
  });

  it('takes a driver for a device only where there is a device', () => {
    const mesa = ['lvp', 'radeon', 'intel'].map((driver) => `${lib}/libvulkan_${driver}.so`);
    expect(softwareRenderer({ libraries: mesa }, nowhere)).toBe('llvmpipe (Mesa)');
    expect(softwareRenderer({ libraries: mesa }, having('/dev/dri'))).toBeUndefined();
    const nvidia = [`${lib}/libvulkan_lvp.so`, `${lib}/libGLX_nvidia.so.550.54.14`];
    expect(softwareRenderer({ libraries: nvidia }, having('/dev/nvidia0'))).toBeUndefined();
    expect(softwareRenderer({ libraries: nvidia }, having('/dev/dri'))).toBe('llvmpipe (Mesa)');
    const windows = ['C:\\Windows\\System32\\d3d10warp.dll', 'C:\\Windows\\nvoglv64.dll'];
    expect(softwareRenderer({ libraries: windows }, nowhere)).toBeUndefined();
  });

  it('says nothing where nothing is known', () => {
    expect(softwareRenderer({})).toBeUndefined();
    expect(softwareRenderer({ libraries: [`${lib}/libvulkan.so.1`] }, nowhere)).toBeUndefined();
  });
});

it('the libraries of this process are those that it loaded', () => {
  expect(loadedLibraries().some((path) => /libc|libSystem|ntdll/i.test(path))).toBe(true);
});
