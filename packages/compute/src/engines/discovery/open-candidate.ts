import { checkEngine } from '../check-engine.js';
import type { Engine } from '../engine.js';
import { OrtEngine } from '../onnxruntime/ort-engine.js';
import { createTensorflowEngine } from '../tensorflow/tensorflow-engine.js';
import type { Candidate } from './candidates.js';

/**
 * Loads the library of a candidate and has it compute something small.
 * @throws EngineError when it is missing, has not got the device, or computes wrongly
 */
export async function openCandidate({ backend, device }: Candidate, threads: number): Promise<Engine> {
  const engine =
    backend === 'onnxruntime-node' || backend === 'onnxruntime-web'
      ? await OrtEngine.create({ backend, device, threads })
      : await createTensorflowEngine({ backend, device: device === 'cuda' ? 'cuda' : 'cpu', threads });
  try {
    await checkEngine(engine);
    return engine;
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
