export { bytesPerElement, type DType, type HostTensor, type TypedArray } from './graph/dtype.js';
export { Graph, type GraphStats } from './graph/graph.js';
export { GraphError } from './graph/graph-error.js';
export type { GraphNode, NodeOf } from './graph/node.js';
export type { Shape } from './graph/shape.js';
export type { Tensor, TensorSource } from './graph/tensor.js';
export type { NoAttributes, OpAttributes, OpName, ReductionAttributes } from './ops/attributes.js';
export type { Operand } from './ops/operand.js';
export { add, addN, div, maximum, minimum, mul, sub } from './ops/arithmetic.js';
export { equal, greater, less, where } from './ops/comparison.js';
export { abs, cos, erf, exp, log, neg, rsqrt, sigmoid, sin, sqrt, tanh } from './ops/elementwise.js';
export { gelu, geluTanh, quickGelu, relu, silu } from './ops/activations.js';
export { cast } from './ops/cast.js';
export { argmax, max, mean, sum } from './ops/reduction.js';
export { broadcastTo, reshape, transpose } from './ops/layout.js';
export { concat, pad, slice } from './ops/slicing.js';
export { linear, matmul, type MatmulOptions } from './ops/matmul.js';
export { logSoftmax, softmax } from './ops/softmax.js';
export { gather, oneHot, scatterAdd, takeLast } from './ops/indexing.js';
export { layerNorm, rmsNorm } from './ops/normalization.js';
export { gradients } from './autodiff/gradients.js';
export type {
  CompileOptions,
  Engine,
  EngineName,
  Feeds,
  Precision,
  Session,
  WeightLocation,
  WeightSource,
} from './engines/engine.js';
export {
  createEngine,
  engineChoice,
  type BackendName,
  type DeviceName,
  type EngineOptions,
} from './engines/create-engine.js';
export {
  discoverEngines,
  type DeviceFinding,
  type EngineFinding,
} from './engines/discovery/discover-engines.js';
export {
  loadedLibraries,
  softwareRenderer,
  type AdapterEvidence,
} from './engines/discovery/software-renderer.js';
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
export { Adam, AdamW, type AdamOptions, type AdamWOptions } from './optim/adam.js';
export { clipByGlobalNorm } from './optim/clip-by-global-norm.js';
export { learningRateSchedule, type LearningRateScheduleOptions } from './optim/learning-rate-schedule.js';
