import { z } from 'zod';

/** Engine and device, as recipes and the command line give them. */
export const engineSchema = z.strictObject({
  engine: z.enum(['auto', 'onnxruntime', 'tensorflow']).default('auto'),
  backend: z.enum(['onnxruntime-node', 'onnxruntime-web', 'tfjs', 'tfjs-node', 'tfjs-node-gpu']).optional(),
  device: z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'coreml', 'dml', 'wasm']).default('auto'),
  threads: z.int().min(1).optional(),
  precision: z.enum(['auto', 'float32', 'float16']).default('auto'),
});
export type EngineSettings = z.output<typeof engineSchema>;
