import { describe, expect, it } from 'vitest';
import { candidatesFor, nameOf, type EngineRequest } from './candidates.js';

describe('candidatesFor', () => {
  it.each<[EngineRequest, string[]]>([
    [
      {},
      [
        'onnxruntime-node on cuda',
        'tfjs-node-gpu on cuda',
        'onnxruntime-node on cpu',
        'tfjs-node on cpu',
        'tfjs-node-gpu on cpu',
        'onnxruntime-web on wasm',
        'tfjs on cpu',
      ],
    ],
    [
      { engine: 'tensorflow' },
      ['tfjs-node-gpu on cuda', 'tfjs-node on cpu', 'tfjs-node-gpu on cpu', 'tfjs on cpu'],
    ],
    [{ engine: 'onnxruntime', device: 'cpu' }, ['onnxruntime-node on cpu', 'onnxruntime-web on wasm']],
    [{ device: 'cuda' }, ['onnxruntime-node on cuda', 'tfjs-node-gpu on cuda']],
    [{ device: 'webgpu' }, ['onnxruntime-node on webgpu']],
    [{ device: 'wasm' }, ['onnxruntime-web on wasm']],
    [{ backend: 'onnxruntime-web' }, ['onnxruntime-web on wasm']],
    [{ backend: 'onnxruntime-web', device: 'cpu' }, ['onnxruntime-web on wasm']],
    [{ backend: 'tfjs' }, ['tfjs on cpu']],
    [{ engine: 'tensorflow', backend: 'onnxruntime-node' }, []],
    [{ backend: 'tfjs', device: 'webgpu' }, []],
  ])('%j', (request, names) => {
    expect(candidatesFor(request).map(nameOf)).toEqual(names);
  });
});
