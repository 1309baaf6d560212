export type { DType, HostTensor, TypedArray } from './host-tensor.js';
export type { WeightSource } from './weight-source.js';
export { openSafetensors, SafetensorsFile } from './safetensors/safetensors-file.js';
export type { TensorInfo } from './safetensors/header.js';
export type { SafetensorsDType } from './safetensors/dtypes.js';
export { writeSafetensors, type WritableTensor } from './safetensors/write-safetensors.js';
export { MapWeights, SafetensorsWeights } from './safetensors/weights.js';
export { firstNonFinite, fromFloat32, toFloat32 } from './safetensors/convert.js';
export {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './safetensors/half-precision.js';
