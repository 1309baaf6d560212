import { describe } from 'vitest';
import { engineSuite } from '../../test-support/engine-suite.js';
import { OrtEngine } from './ort-engine.js';

/** The engine's tests on a GPU where SEA_TEST_GPU names its device, `webgpu` or `cuda`; a software renderer takes minutes. */
const device = process.env.SEA_TEST_GPU;

/** Per value; a loss of these cases is a weighted sum of some ten. WGSL grants sine and cosine an error of 2^-11. */
const sines = 10 * 2 ** -11;

describe.skipIf(device === undefined)(`onnxruntime-node on ${device}`, { timeout: 600_000 }, () => {
  engineSuite(() => OrtEngine.create({ backend: 'onnxruntime-node', device: device!, threads: 2 }), {
    granted: device === 'webgpu' ? { sin: sines, cos: sines } : undefined,
  });
});
