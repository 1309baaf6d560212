import type { Tensor } from '@sea-align/compute';

/** Decides what a weight is in a graph: a frozen parameter, a trainable input, a constant. */
export interface ParameterSource {
  /** The weight `name` (HF name) of the given shape. */
  weight(name: string, shape: readonly number[]): Tensor;
  /** x W^T + b; the place where LoRA adds its update. `name` is the module's HF name, without `.weight`. */
  linear(x: Tensor, name: string, outFeatures: number, bias: boolean): Tensor;
}
