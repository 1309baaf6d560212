import { linear, type Graph, type Tensor } from '@sea-align/compute';

/** Decides what a weight is in a graph: a frozen parameter, a trainable input, a constant. */
export interface ParameterSource {
  /** The weight of an HF name and shape. */
  weight(name: string, shape: readonly number[]): Tensor;
  /** x Wᵀ + b for x [rows, in]; the place where LoRA adds its update. `name` is the module's, without `.weight`. */
  linear(x: Tensor, name: string, outFeatures: number, bias: boolean): Tensor;
}

/** All weights frozen: parameters that are bound when the graph is compiled. */
export class FrozenParameters implements ParameterSource {
  constructor(protected readonly graph: Graph) {}

  weight(name: string, shape: readonly number[]): Tensor {
    return this.graph.parameter(name, shape);
  }

  linear(x: Tensor, name: string, outFeatures: number, bias: boolean): Tensor {
    const weight = this.weight(`${name}.weight`, [outFeatures, x.shape[x.shape.length - 1]]);
    return linear(x, weight, bias ? this.weight(`${name}.bias`, [outFeatures]) : undefined);
  }
}
