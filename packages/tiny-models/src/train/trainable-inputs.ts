import { linear, type Graph, type Tensor } from '@sea-align/compute';
import type { ParameterSource } from '@sea-align/mllm';

/** Every weight is an input of the graph, fed at each run: what training a whole network takes. */
export class TrainableInputs implements ParameterSource {
  /** Inputs made so far, by weight name. */
  readonly used = new Map<string, Tensor>();

  constructor(private readonly graph: Graph) {}

  weight(name: string, shape: readonly number[]): Tensor {
    const known = this.used.get(name);
    if (known) return known;
    const made = this.graph.input(name, shape);
    this.used.set(name, made);
    return made;
  }

  linear(x: Tensor, name: string, outFeatures: number, bias: boolean): Tensor {
    const weight = this.weight(`${name}.weight`, [outFeatures, x.shape[x.shape.length - 1]]);
    return linear(x, weight, bias ? this.weight(`${name}.bias`, [outFeatures]) : undefined);
  }
}
