import { add, gather, linear, mul, type Graph, type Tensor } from '@sea-align/compute';
import { FrozenParameters } from '../layers/parameter-source.js';
import type { ModelPieces } from '../model-pieces.js';
import { loraModules, type TrainableSpec } from './trainable-spec.js';

/** Trainable weights are inputs of the graph, fed at every run; the others are frozen parameters. */
export class TrainableParameters extends FrozenParameters {
  /** Trainable tensors that the graph really uses. */
  readonly used = new Map<string, Tensor>();
  private readonly adapted: ReadonlySet<string>;
  private readonly scale: number;

  /** @param shapes the spec's trainable tensors, as `parameterShapes` gives them */
  constructor(
    graph: Graph,
    private readonly shapes: ReadonlyMap<string, readonly number[]>,
    spec: TrainableSpec,
    model: Pick<ModelPieces, 'architecture' | 'weights'>,
  ) {
    super(graph, model.weights);
    this.adapted = new Set(spec.kind === 'lora' ? loraModules(model, spec) : []);
    this.scale = spec.kind === 'lora' ? spec.alpha / spec.rank : 0;
  }

  override weight(name: string, shape: readonly number[]): Tensor {
    return this.shapes.has(name) ? this.trainable(name) : super.weight(name, shape);
  }

  override rows(name: string, shape: readonly number[], indices: Tensor): Tensor {
    return this.shapes.has(name) ? gather(this.trainable(name), indices) : super.rows(name, shape, indices);
  }

  override linear(x: Tensor, name: string, outFeatures: number, bias: boolean): Tensor {
    const base = super.linear(x, name, outFeatures, bias);
    if (!this.adapted.has(name)) return base;
    const down = linear(x, this.trainable(`${name}.lora_A`));
    return add(base, linear(down, mul(this.trainable(`${name}.lora_B`), this.scale)));
  }

  private trainable(name: string): Tensor {
    const known = this.used.get(name);
    if (known) return known;
    const shape = this.shapes.get(name);
    if (shape === undefined) throw new RangeError(`${name} is not trainable`);
    const tensor = this.graph.input(name, shape);
    this.used.set(name, tensor);
    return tensor;
  }
}
