import { cast, gather, linear, type Graph, type Tensor } from '@sea-align/compute';
import type { ModelWeights } from '../weights/model-weights.js';

/** Decides what a weight is in a graph: a frozen parameter, a trainable input, a constant. */
export interface ParameterSource {
  /** The weight of an HF name and shape. */
  weight(name: string, shape: readonly number[]): Tensor;
  /** x Wᵀ + b for x [rows, in]; the place where LoRA adds its update. `name` is the module's, without `.weight`. */
  linear(x: Tensor, name: string, outFeatures: number, bias: boolean): Tensor;
  /** Rows of a table, for sources that can pick them without widening the whole table; else `weight` is indexed. */
  rows?(name: string, shape: readonly number[], indices: Tensor): Tensor;
}

/** All weights frozen: parameters that are bound when the graph is compiled. */
export class FrozenParameters implements ParameterSource {
  private readonly widened = new Map<string, Tensor>();

  /** @param weights tells how the weights are stored; without it, all are declared as float32 */
  constructor(
    protected readonly graph: Graph,
    protected readonly weights?: Pick<ModelWeights, 'storage'>,
  ) {}

  weight(name: string, shape: readonly number[]): Tensor {
    const known = this.widened.get(name);
    if (known) return known;
    const tensor = cast(this.parameter(name, shape), 'float32');
    this.widened.set(name, tensor);
    return tensor;
  }

  rows(name: string, shape: readonly number[], indices: Tensor): Tensor {
    return cast(gather(this.parameter(name, shape), indices), 'float32');
  }

  linear(x: Tensor, name: string, outFeatures: number, bias: boolean): Tensor {
    const weight = this.weight(`${name}.weight`, [outFeatures, x.shape[x.shape.length - 1]]);
    return linear(x, weight, bias ? this.weight(`${name}.bias`, [outFeatures]) : undefined);
  }

  private parameter(name: string, shape: readonly number[]): Tensor {
    return this.graph.parameter(name, shape, this.weights?.storage(name) ?? 'float32');
  }
}
