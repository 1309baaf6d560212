import { checkEngine } from '../check-engine.js';
import type { Engine, Precision } from '../engine.js';
import { OrtEngine } from '../onnxruntime/ort-engine.js';
import { createTensorflowEngine } from '../tensorflow/tensorflow-engine.js';
import type { Candidate } from './candidates.js';

/** How an engine computes, whichever it is. */
export interface EngineSettings {
  /** Threads within an operation. */
  readonly threads: number;
  /**
   * Of products with weights stored in half precision. Default `auto`: float16 on CUDA, else float32. Engines other than
   * ONNX Runtime compute in float32.
   */
  readonly precision?: Precision | 'auto';
  /** ONNX Runtime writes a profile of every session into this folder when the session is released (onnxruntime-node only). */
  readonly profileFolder?: string;
}

/**
 * Loads the library of a candidate and has it compute something small.
 * @throws EngineError when it is missing, has not got the device, or computes wrongly
 */
export async function openCandidate(
  { backend, device }: Candidate,
  { threads, precision, profileFolder }: EngineSettings,
): Promise<Engine> {
  const engine =
    backend === 'onnxruntime-node' || backend === 'onnxruntime-web'
      ? await OrtEngine.create({ backend, device, threads, precision, profileFolder })
      : await createTensorflowEngine({ backend, device: device === 'cuda' ? 'cuda' : 'cpu', threads });
  try {
    await checkEngine(engine);
    return engine;
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
